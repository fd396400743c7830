import { ActionIcon, Box, Group, Stack, Table, Tabs, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { StepFragment } from '../../gql/operations.js';
import { durationOf } from '../../shell/format.js';
import { PhaseLabel } from '../../shell/phase.js';
import { useNow } from '../../shell/use-now.js';
import { LogView } from './log-view.js';

export function StepPanel({
  runId,
  step,
  onClose,
}: {
  runId: string;
  step: StepFragment;
  onClose: () => void;
}): ReactElement {
  const now = useNow();
  const facts: [string, string | null][] = [
    ['Template', step.templateName],
    ['Type', step.type],
    ['Started', step.startedAt],
    ['Finished', step.finishedAt],
    ['Duration', durationOf(step.startedAt, step.finishedAt, now)],
    ['Exit code', step.exitCode === null ? null : String(step.exitCode)],
    ['Pod', step.podName],
    ['Message', step.message],
  ];
  return (
    <Stack gap="xs" h="100%" component="aside" aria-label={`Step ${step.displayName}`}>
      <Group justify="space-between" wrap="nowrap" px="sm" pt="sm">
        <Box style={{ overflow: 'hidden' }}>
          <Title order={2} size="h5" lineClamp={1}>
            {step.displayName}
          </Title>
          <PhaseLabel phase={step.phase} />
        </Box>
        <ActionIcon variant="subtle" aria-label="Close" onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </Group>
      <Tabs
        defaultValue={step.type === 'Pod' ? 'log' : 'summary'}
        key={step.id}
        style={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}
      >
        <Tabs.List px="sm">
          {step.type === 'Pod' && <Tabs.Tab value="log">Log</Tabs.Tab>}
          <Tabs.Tab value="summary">Summary</Tabs.Tab>
          <Tabs.Tab value="values">Inputs and outputs</Tabs.Tab>
        </Tabs.List>
        {step.type === 'Pod' && (
          <Tabs.Panel value="log" style={{ flex: 1, minHeight: 0 }}>
            <LogView runId={runId} nodeId={step.id} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="summary" p="sm">
          <Values rows={facts.filter((fact): fact is [string, string] => Boolean(fact[1]))} />
        </Tabs.Panel>
        <Tabs.Panel value="values" p="sm" style={{ overflow: 'auto' }}>
          <Values title="Inputs" rows={step.inputs.map(({ name, value }) => [name, value ?? ''])} />
          <Values
            title="Outputs"
            rows={[
              ...step.outputs.map(({ name, value }): [string, string] => [name, value ?? '']),
              ...(step.result === null ? [] : [['result', step.result] as [string, string]]),
            ]}
          />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

export function Values({
  title,
  rows,
}: {
  title?: string;
  rows: readonly (readonly [string, string])[];
}): ReactElement {
  return (
    <Box mb="sm">
      {title && (
        <Text fw={600} size="sm" mb={4}>
          {title}
        </Text>
      )}
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          None
        </Text>
      ) : (
        <Table fz="sm" verticalSpacing={4}>
          <Table.Tbody>
            {rows.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Td c="dimmed" w={130} style={{ verticalAlign: 'top' }}>
                  {name}
                </Table.Td>
                <Table.Td style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Box>
  );
}
