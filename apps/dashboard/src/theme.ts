import { Alert, createTheme, Modal, Tabs, Tooltip } from '@mantine/core';
import type { MantineColorsTuple } from '@mantine/core';

const sea: MantineColorsTuple = [
  '#e8f4fa',
  '#d3e5ee',
  '#a5cadd',
  '#74aecc',
  '#4d96be',
  '#3488b6',
  '#2580b3',
  '#176e9e',
  '#08628e',
  '#00557e',
];
/** Mantine draws the dark theme with these: text first, backgrounds last. */
const dark: MantineColorsTuple = [
  '#d8dee8',
  '#b8c2cf',
  '#98a4b4',
  '#6b7888',
  '#364252',
  '#273140',
  '#1d2631',
  '#151c25',
  '#0f151d',
  '#0a0f15',
];

export const theme = createTheme({
  primaryColor: 'sea',
  // Dark enough for white text on it in the light theme, and the other way round (WCAG AA).
  primaryShade: { light: 8, dark: 7 },
  colors: { sea, dark },
  fontFamily:
    'Inter, -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // In the soft tones of phases, not in Mantine's own, which shout in the dark theme.
    Alert: Alert.extend({
      defaultProps: { variant: 'light' },
      vars: (_theme, { color }) => {
        const tone = color === 'red' ? 'bad' : 'pending';
        return { root: { '--alert-bg': `var(--phase-${tone}-soft)`, '--alert-color': `var(--phase-${tone})` } };
      },
    }),
    Modal: Modal.extend({ defaultProps: { centered: true, closeButtonProps: { 'aria-label': 'Close' } } }),
    Tabs: Tabs.extend({ defaultProps: { keepMounted: false } }),
    Tooltip: Tooltip.extend({
      defaultProps: { withArrow: true, openDelay: 300, events: { hover: true, focus: true, touch: false } },
    }),
  },
});
