import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import './shell/styles.css';

const theme = createTheme({
  primaryColor: 'sea',
  // Dark enough for white text on it in the light theme, and the other way round (WCAG AA).
  primaryShade: { light: 8, dark: 7 },
  colors: {
    sea: ['#e8f4fa', '#d3e5ee', '#a5cadd', '#74aecc', '#4d96be', '#3488b6', '#2580b3', '#176e9e', '#08628e', '#00557e'],
  },
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  defaultRadius: 'sm',
  respectReducedMotion: true,
});

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <Notifications position="bottom-right" />
        <App />
      </MantineProvider>
    </StrictMode>,
  );
}
