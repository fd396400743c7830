import { ActionIcon, Button, Group, Menu, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconDotsVertical,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconCopyPlus,
  IconRefresh,
  IconSkull,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useNavigate } from 'react-router';
import type { RunPageRunFragment } from '../../gql/operations.js';
import { hasEnded } from '../../shell/phase.js';
import { ConfirmAction } from '../actions/confirm-action.js';
import { perform, RUN_ACTIONS } from '../actions/run-actions.js';
import type { RunAction, RunActionName } from '../actions/run-actions.js';

const ICONS: Readonly<Record<RunActionName, typeof IconTrash>> = {
  suspend: IconPlayerPause,
  resume: IconPlayerPlay,
  stop: IconPlayerStop,
  terminate: IconSkull,
  retry: IconRefresh,
  resubmit: IconCopyPlus,
  delete: IconTrash,
};
/** The others are a click further away: they are rare, and cannot be taken back. */
const AT_HAND: ReadonlySet<RunActionName> = new Set(['suspend', 'resume', 'stop', 'retry', 'resubmit']);

/** What may be done to the run now. */
export function RunActions({ run, waits }: { run: RunPageRunFragment; waits: boolean }): ReactElement {
  const [asking, setAsking] = useState<RunAction>();
  const [busy, setBusy] = useState<RunActionName>();
  const navigate = useNavigate();
  const act = async (action: RunAction, options: { purge: boolean } = { purge: false }): Promise<void> => {
    setAsking(undefined);
    setBusy(action.name);
    const { refused, started } = await perform(action.name, run, options);
    setBusy(undefined);
    notifications.show({
      color: refused ? 'red' : 'teal',
      title: refused ? `${action.verb}: refused` : undefined,
      message: refused ?? `${run.name} ${action.done}.`,
      role: refused ? 'alert' : 'status',
    });
    if (started) void navigate(`/runs/${started}`);
    if (action.name === 'delete' && !refused && options.purge) void navigate('/');
  };
  const start = (action: RunAction): void => (action.isFinal ? setAsking(action) : void act(action));
  const fits = (action: RunAction): boolean =>
    action.conflict(run) === undefined &&
    (action.name !== 'resume' || run.suspended || waits) &&
    (action.name !== 'resubmit' || hasEnded(run.phase));
  const shown = RUN_ACTIONS.filter((action) => AT_HAND.has(action.name) && fits(action));
  return (
    <Group gap={6} wrap="nowrap">
      {shown.map((action) => {
        const Icon = ICONS[action.name];
        return (
          <Tooltip key={action.name} label={action.meaning} multiline maw={280}>
            <Button
              size="xs"
              variant={action.name === 'retry' || action.name === 'resume' ? 'filled' : 'default'}
              leftSection={<Icon size={15} aria-hidden />}
              loading={busy === action.name}
              onClick={() => start(action)}
            >
              {action.verb}
            </Button>
          </Tooltip>
        );
      })}
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More actions">
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {RUN_ACTIONS.filter(({ name }) => !AT_HAND.has(name)).map((action) => {
            const Icon = ICONS[action.name];
            const conflict = action.conflict(run);
            return (
              <Menu.Item
                key={action.name}
                color="var(--phase-bad)"
                leftSection={<Icon size={15} aria-hidden />}
                disabled={conflict !== undefined}
                title={conflict ?? action.meaning}
                onClick={() => start(action)}
              >
                {action.verb} …
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
      {asking && (
        <ConfirmAction
          action={asking}
          runs={[run]}
          onCancel={() => setAsking(undefined)}
          onConfirm={(options) => void act(asking, options)}
        />
      )}
    </Group>
  );
}
