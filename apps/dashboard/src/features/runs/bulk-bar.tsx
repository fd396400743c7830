import { Button, CloseButton, Group, List, Modal, Progress, Stack, Text } from '@mantine/core';
import { IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { RunRowFragment } from '../../gql/operations.js';
import { ConfirmAction } from '../actions/confirm-action.js';
import { perform, RUN_ACTIONS } from '../actions/run-actions.js';
import type { ActionableRun, RunAction } from '../actions/run-actions.js';

/** Asked of the server at the same time. */
const AT_ONCE = 5;

interface Outcome {
  readonly run: ActionableRun;
  readonly refused: string | undefined;
}
interface Work {
  readonly action: RunAction;
  readonly all: number;
  readonly outcomes: readonly Outcome[];
}

/** What is selected, and what may be done to all of it. */
export function BulkBar({
  selected,
  onClear,
}: {
  selected: readonly RunRowFragment[];
  onClear: () => void;
}): ReactElement {
  const [asking, setAsking] = useState<RunAction>();
  const [work, setWork] = useState<Work>();
  const fitting = (action: RunAction): RunRowFragment[] => selected.filter((run) => action.conflict(run) === undefined);
  const act = async (action: RunAction, options: { purge: boolean }): Promise<void> => {
    setAsking(undefined);
    const runs = fitting(action);
    setWork({ action, all: runs.length, outcomes: [] });
    const waiting = [...runs];
    const worker = async (): Promise<void> => {
      for (let run = waiting.shift(); run; run = waiting.shift()) {
        const outcome = { run, refused: (await perform(action.name, run, options)).refused };
        setWork((before) => before && { ...before, outcomes: [...before.outcomes, outcome] });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
  return (
    <>
      {selected.length > 0 && (
        <div className="bulk-bar" role="toolbar" aria-label="Selected runs">
          <Text size="sm" fw={600} aria-live="polite">
            {selected.length} selected
          </Text>
          <Group gap={6}>
            {RUN_ACTIONS.map((action) => {
              const count = fitting(action).length;
              if (count === 0) return null;
              return (
                <Button
                  key={action.name}
                  size="xs"
                  variant="default"
                  title={action.meaning}
                  onClick={() => setAsking(action)}
                >
                  {action.verb}
                  {count < selected.length ? ` ${count}` : ''}
                </Button>
              );
            })}
          </Group>
          <CloseButton aria-label="Select nothing" ml="auto" onClick={onClear} />
        </div>
      )}
      {asking && (
        <ConfirmAction
          action={asking}
          runs={fitting(asking)}
          leftOut={selected.length - fitting(asking).length}
          onCancel={() => setAsking(undefined)}
          onConfirm={(options) => void act(asking, options)}
        />
      )}
      {work && (
        <BulkResult
          work={work}
          onClose={() => {
            setWork(undefined);
            onClear();
          }}
        />
      )}
    </>
  );
}

function BulkResult({ work: { action, all, outcomes }, onClose }: { work: Work; onClose: () => void }): ReactElement {
  const refused = outcomes.filter((outcome) => outcome.refused !== undefined);
  const done = outcomes.length - refused.length;
  const isOver = outcomes.length === all;
  const headline = [done > 0 && `${done} ${action.done}`, refused.length > 0 && `${refused.length} refused`]
    .filter(Boolean)
    .join(', ');
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${action.verb} ${all} ${all === 1 ? 'run' : 'runs'}`}
      closeOnClickOutside={isOver}
    >
      <Stack gap="md">
        <Text size="sm" fw={600} role="status">
          {isOver ? headline : `${outcomes.length} of ${all} …`}
        </Text>
        {!isOver && <Progress value={(outcomes.length / Math.max(1, all)) * 100} aria-label="Progress" />}
        <List size="sm" spacing={6} center mah={320} style={{ overflow: 'auto' }}>
          {outcomes.map(({ run, refused: why }) => (
            <List.Item
              key={run.id}
              icon={
                why === undefined ? (
                  <IconCircleCheckFilled size={16} color="var(--phase-good)" aria-label="Done" role="img" />
                ) : (
                  <IconCircleXFilled size={16} color="var(--phase-bad)" aria-label="Refused" role="img" />
                )
              }
            >
              {run.name}
              {why !== undefined && (
                <Text size="xs" c="dimmed">
                  {why}
                </Text>
              )}
            </List.Item>
          ))}
        </List>
        <Group justify="end">
          <Button onClick={onClose}>Close</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
