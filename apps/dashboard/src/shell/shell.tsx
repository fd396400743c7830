import { ActionIcon, Group, Image, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconKeyboard, IconMoon, IconSun } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { AccountMenu } from './account-menu.js';
import { ConnectionBanner } from './connection-banner.js';
import { ShortcutsHelp } from './shortcuts-help.js';
import { useShortcut } from './use-shortcut.js';

function ThemeSwitch(): ReactElement {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const label = isDark ? 'Light theme' : 'Dark theme';
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
      >
        {isDark ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

export function Shell({ children }: { children: ReactNode }): ReactElement {
  const [help, setHelp] = useState(false);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  useShortcut('?', () => setHelp(true));
  useShortcut('g', () => void navigate('/'));
  useShortcut('c', () => void navigate('/clusters'));
  const isOnClusters = pathname.startsWith('/clusters');
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <Link to="/" className="brand" aria-label="Argosy">
          <Image src="/sail.svg" alt="" w={24} />
          <span>Argosy</span>
        </Link>
        <nav aria-label="Main">
          <Link to="/" aria-current={isOnClusters ? undefined : 'page'}>
            Runs
          </Link>
          <Link to="/clusters" aria-current={isOnClusters ? 'page' : undefined}>
            Clusters
          </Link>
        </nav>
        <Group gap={4} ml="auto" wrap="nowrap">
          <Tooltip label="Keyboard shortcuts">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Keyboard shortcuts"
              visibleFrom="sm"
              onClick={() => setHelp(true)}
            >
              <IconKeyboard size={18} />
            </ActionIcon>
          </Tooltip>
          <ThemeSwitch />
          <AccountMenu />
        </Group>
      </header>
      <ConnectionBanner />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <ShortcutsHelp opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}
