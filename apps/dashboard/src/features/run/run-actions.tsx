import { Button, Group, Modal, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../graphql/client.js';
import {
  ResumeFromDashboardDocument,
  RetryFromDashboardDocument,
  StopFromDashboardDocument,
  SuspendFromDashboardDocument,
  TerminateFromDashboardDocument,
} from '../../gql/operations.js';
import type { RunPageRunFragment } from '../../gql/operations.js';

interface Action {
  readonly name: string;
  readonly document: typeof StopFromDashboardDocument;
  readonly on: 'open' | 'ended';
  readonly ask?: string;
}
const ACTIONS: readonly Action[] = [
  { name: 'Suspend', document: SuspendFromDashboardDocument as never, on: 'open' },
  { name: 'Resume', document: ResumeFromDashboardDocument as never, on: 'open' },
  { name: 'Stop', document: StopFromDashboardDocument, on: 'open', ask: 'What runs is ended; then exit handlers run.' },
  {
    name: 'Terminate',
    document: TerminateFromDashboardDocument as never,
    on: 'open',
    ask: 'Everything is ended at once, exit handlers too.',
  },
  { name: 'Retry', document: RetryFromDashboardDocument as never, on: 'ended' },
];
const FINAL = new Set(['SUCCEEDED', 'FAILED', 'ERROR']);

export function RunActions({ run }: { run: RunPageRunFragment }): ReactElement {
  const [asking, setAsking] = useState<Action>();
  const ended = FINAL.has(run.phase);
  const act = async ({ name, document }: Action): Promise<void> => {
    setAsking(undefined);
    const { data, error } = await client.mutation(document, { id: run.id }).toPromise();
    const [result] = Object.values(data ?? {}) as { __typename: string; message?: string }[];
    const refused = error?.message ?? (result?.__typename === 'RunActionSuccess' ? undefined : result?.message);
    notifications.show({ color: refused ? 'red' : 'teal', message: refused ?? `${name}: asked for` });
  };
  return (
    <Group gap={6}>
      {ACTIONS.map((action) => {
        const fits =
          (action.on === 'ended') === ended &&
          !(action.name === 'Retry' && run.phase === 'SUCCEEDED') &&
          !run.deletedFromCluster;
        const why = ended ? 'The run has ended.' : 'The run has not ended yet.';
        return (
          <Tooltip key={action.name} label={fits ? (action.ask ?? action.name) : why}>
            <Button
              size="xs"
              variant="default"
              aria-disabled={!fits}
              data-disabled={!fits || undefined}
              onClick={() => fits && (action.ask ? setAsking(action) : void act(action))}
            >
              {action.name}
            </Button>
          </Tooltip>
        );
      })}
      <Modal
        opened={asking !== undefined}
        onClose={() => setAsking(undefined)}
        title={`${asking?.name ?? ''} ${run.name}?`}
      >
        <Text mb="md">{asking?.ask}</Text>
        <Group justify="end">
          <Button variant="default" onClick={() => setAsking(undefined)}>
            Cancel
          </Button>
          <Button color="red" onClick={() => asking && void act(asking)} data-autofocus>
            {asking?.name}
          </Button>
        </Group>
      </Modal>
    </Group>
  );
}
