import {
  ActionIcon,
  Alert,
  AppShell,
  Button,
  Group,
  Image,
  Modal,
  Table,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { NavLink, useNavigate } from 'react-router';
import { logOut } from '../session/session.js';
import { useShortcut } from './use-shortcut.js';

const SHORTCUTS = [
  ['?', 'this help'],
  ['/', 'search runs'],
  ['n', 'submit a workflow'],
  ['g', 'all runs'],
  ['c', 'clusters'],
  ['j and k', 'next and previous run'],
  ['Enter', 'open'],
];

function useOnline(): boolean {
  const [online, setOnline] = useState(() => navigator.onLine);
  useEffect(() => {
    const update = (): void => setOnline(navigator.onLine);
    window.addEventListener('online', update);
    window.addEventListener('offline', update);
    return () => {
      window.removeEventListener('online', update);
      window.removeEventListener('offline', update);
    };
  }, []);
  return online;
}

export function Shell({ children }: { children: ReactNode }): ReactElement {
  const { colorScheme, toggleColorScheme } = useMantineColorScheme();
  const [help, setHelp] = useState(false);
  const online = useOnline();
  const navigate = useNavigate();
  useShortcut('?', () => setHelp(true));
  useShortcut('g', () => void navigate('/'));
  useShortcut('c', () => void navigate('/clusters'));
  return (
    <AppShell header={{ height: 48 }} padding="md">
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between">
          <Group gap="lg">
            <Group gap={8}>
              <Image src="/sail.svg" alt="" w={24} />
              <Text fw={700}>Argosy</Text>
            </Group>
            <Group component="nav" gap="md" aria-label="Main">
              {[
                ['/', 'Runs'],
                ['/clusters', 'Clusters'],
              ].map(([to = '/', title]) => (
                <NavLink
                  key={to}
                  to={to}
                  end={to === '/'}
                  style={({ isActive }) => ({
                    color: 'inherit',
                    textDecoration: 'none',
                    fontSize: 14,
                    fontWeight: isActive ? 600 : 400,
                    opacity: isActive ? 1 : 0.75,
                  })}
                >
                  {title}
                </NavLink>
              ))}
            </Group>
          </Group>
          <Group gap="xs">
            <Button size="compact-sm" variant="subtle" onClick={() => setHelp(true)}>
              Keys
            </Button>
            <ActionIcon
              variant="subtle"
              aria-label={colorScheme === 'dark' ? 'Light theme' : 'Dark theme'}
              onClick={toggleColorScheme}
            >
              {colorScheme === 'dark' ? <IconSun size={17} /> : <IconMoon size={17} />}
            </ActionIcon>
            <Button size="compact-sm" variant="subtle" onClick={() => void logOut()}>
              Log out
            </Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main style={{ display: 'flex', flexDirection: 'column', height: '100vh' }}>
        {!online && (
          <Alert color="yellow" mb="sm" role="status">
            You are offline. What you see may be old; it goes on by itself.
          </Alert>
        )}
        <div style={{ flex: 1, minHeight: 0 }}>{children}</div>
      </AppShell.Main>
      <Modal opened={help} onClose={() => setHelp(false)} title="Keys">
        <Table>
          <Table.Tbody>
            {SHORTCUTS.map(([key, what]) => (
              <Table.Tr key={key}>
                <Table.Td w={110}>
                  <kbd>{key}</kbd>
                </Table.Td>
                <Table.Td>{what}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </AppShell>
  );
}
