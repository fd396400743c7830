import { Alert, Button, Checkbox, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ActionableRun, RunAction } from './run-actions.js';

const MOST_NAMES = 6;

/** Asks before something that cannot be taken back. */
export function ConfirmAction({
  action,
  runs,
  leftOut = 0,
  onCancel,
  onConfirm,
}: {
  action: RunAction;
  runs: readonly ActionableRun[];
  /** Selected runs that are in no state for it. */
  leftOut?: number;
  onCancel: () => void;
  onConfirm: (options: { purge: boolean }) => void;
}): ReactElement {
  const [purge, setPurge] = useState(false);
  const [first] = runs;
  const what = runs.length === 1 && first ? first.name : `${runs.length} runs`;
  return (
    <Modal opened onClose={onCancel} title={`${action.verb} ${what}?`}>
      <Stack gap="md">
        <Text size="sm">{action.meaning}</Text>
        {runs.length > 1 && (
          <List size="sm">
            {runs.slice(0, MOST_NAMES).map(({ id, name }) => (
              <List.Item key={id}>{name}</List.Item>
            ))}
            {runs.length > MOST_NAMES && <List.Item>and {runs.length - MOST_NAMES} more</List.Item>}
          </List>
        )}
        {leftOut > 0 && (
          <Text size="sm" c="dimmed">
            {leftOut} of the selected runs {leftOut === 1 ? 'is' : 'are'} in no state for it and left out.
          </Text>
        )}
        {action.name === 'delete' && (
          <Checkbox
            label="Delete the history too: steps, logs and events"
            checked={purge}
            onChange={(event) => setPurge(event.currentTarget.checked)}
          />
        )}
        {purge && (
          <Alert color="red" variant="light">
            Nobody can bring the history back.
          </Alert>
        )}
        <Group justify="end" gap="sm">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button color="red.8" onClick={() => onConfirm({ purge })} data-autofocus>
            {action.verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
