import { Center, Loader } from '@mantine/core';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { BrowserRouter, Route, Routes } from 'react-router';
import { ClustersPage } from './features/clusters/clusters-page.js';
import { LoginPage } from './features/login/login-page.js';
import { RunPage } from './features/run/run-page.js';
import { RunsPage } from './features/runs/runs-page.js';
import { isLoggedIn, onSessionChange, refresh } from './session/session.js';
import { Shell } from './shell/shell.js';

export function App(): ReactElement {
  const loggedIn = useSyncExternalStore(onSessionChange, isLoggedIn);
  const [asked, setAsked] = useState(false);
  useEffect(() => void refresh().finally(() => setAsked(true)), []);
  if (!asked)
    return (
      <Center mih="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  if (!loggedIn) return <LoginPage />;
  return (
    // Whoever holds an arrow key down expects every press to count; a transition may leave some out.
    <BrowserRouter useTransitions={false}>
      <Shell>
        <Routes>
          <Route path="/runs/:id" element={<RunPage />} />
          <Route path="/clusters" element={<ClustersPage />} />
          <Route path="*" element={<RunsPage />} />
        </Routes>
      </Shell>
    </BrowserRouter>
  );
}
