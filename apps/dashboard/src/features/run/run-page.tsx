import { Alert, Anchor, Box, Center, Code, Group, Loader, Paper, Stack, Table, Tabs, Text, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { ReactElement } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import type { RunPageRunFragment, StepFragment } from '../../gql/operations.js';
import { durationOf } from '../../shell/format.js';
import { PhaseIcon, PhaseLabel } from '../../shell/phase.js';
import { useNow } from '../../shell/use-now.js';
import { useLiveRun } from './live-run.js';
import { RunActions } from './run-actions.js';
import { StepPanel, Values } from './step-panel.js';
import { stepTree } from './step-tree.js';
import { TimelineView } from './timeline-view.js';

const GraphView = lazy(() => import('./graph-view.js').then(({ GraphView: view }) => ({ default: view })));
const TABS = [
  ['steps', 'Steps'],
  ['graph', 'Graph'],
  ['timeline', 'Timeline'],
  ['values', 'Parameters'],
  ['events', 'Events'],
  ['yaml', 'YAML'],
] as const;

export function RunPage(): ReactElement {
  const { id = '' } = useParams();
  const { run, steps, error } = useLiveRun(id);
  const [parameters, setParameters] = useSearchParams();
  const stepId = parameters.get('step');
  const step = steps.find((candidate) => candidate.id === stepId);
  const set = (name: string, value: string | null): void => {
    const next = new URLSearchParams(parameters);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setParameters(next, { replace: true });
  };
  if (error)
    return (
      <Alert color="red" title="The run could not be read">
        {error}
      </Alert>
    );
  if (run === null)
    return (
      <Alert color="yellow" title="There is no such run">
        It may have been deleted, or you may not see it.{' '}
        <Anchor component={Link} to="/">
          All runs
        </Anchor>
      </Alert>
    );
  if (!run)
    return (
      <Center mih={300}>
        <Loader aria-label="Loading the run" />
      </Center>
    );
  const tab = parameters.get('tab') ?? 'graph';
  const select = (nodeId: string): void => set('step', nodeId);
  return (
    <Stack gap="sm" h="100%">
      <RunHeader run={run} />
      <Tabs
        value={tab}
        onChange={(value) => set('tab', value)}
        keepMounted={false}
        style={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}
      >
        <Tabs.List>
          {TABS.map(([value, title]) => (
            <Tabs.Tab key={value} value={value}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Group align="stretch" gap="sm" wrap="nowrap" pt="sm" style={{ flex: 1, minHeight: 420 }}>
          <Paper withBorder style={{ flex: 1, minWidth: 0, overflow: 'auto' }}>
            <RunTab tab={tab} run={run} steps={steps} selected={stepId} onSelect={select} />
          </Paper>
          {step && (
            <Paper withBorder style={{ flex: '0 0 46%', minWidth: 0 }}>
              <StepPanel runId={run.id} step={step} onClose={() => set('step', null)} />
            </Paper>
          )}
        </Group>
      </Tabs>
    </Stack>
  );
}

interface TabProps {
  readonly tab: string;
  readonly run: RunPageRunFragment;
  readonly steps: readonly StepFragment[];
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

function RunTab({ tab, run, steps, selected, onSelect }: TabProps): ReactElement {
  switch (tab) {
    case 'graph':
      return (
        <Suspense
          fallback={
            <Center h="100%">
              <Loader />
            </Center>
          }
        >
          <GraphView steps={steps} selected={selected} onSelect={onSelect} />
        </Suspense>
      );
    case 'timeline':
      return <TimelineView steps={steps} onSelect={onSelect} />;
    case 'values':
      return (
        <Box p="sm">
          <Values title="Parameters" rows={run.parameters.map(({ name, value }) => [name, value ?? ''])} />
          <Values title="Outputs" rows={run.outputs.map(({ name, value }) => [name, value ?? ''])} />
        </Box>
      );
    case 'events':
      return <Events run={run} />;
    case 'yaml':
      return (
        <Code block style={{ minHeight: '100%' }}>
          {run.yaml}
        </Code>
      );
    default:
      return <Steps steps={steps} selected={selected} onSelect={onSelect} />;
  }
}

function Steps({ steps, selected, onSelect }: Pick<TabProps, 'steps' | 'selected' | 'onSelect'>): ReactElement {
  const now = useNow();
  if (steps.length === 0)
    return (
      <Center mih={200}>
        <Text c="dimmed">No step has started yet.</Text>
      </Center>
    );
  return (
    <Box p={6}>
      {stepTree(steps).map(({ step, depth }) => (
        <button
          key={step.id}
          className="step"
          aria-current={step.id === selected}
          onClick={() => onSelect(step.id)}
          style={{ paddingLeft: 10 + depth * 18 }}
        >
          <PhaseIcon phase={step.phase} />
          <Text size="sm" fw={step.type === 'Pod' ? 400 : 600}>
            {step.displayName}
          </Text>
          <Text size="xs" c="dimmed" truncate style={{ flex: 1 }}>
            {step.message}
          </Text>
          <Text size="xs" c="dimmed">
            {durationOf(step.startedAt, step.finishedAt, now)}
          </Text>
        </button>
      ))}
    </Box>
  );
}

function Events({ run }: { run: RunPageRunFragment }): ReactElement {
  return (
    <Table fz="sm">
      <Table.Tbody>
        {run.events.nodes.map(({ id, at, reason, message }) => (
          <Table.Tr key={id}>
            <Table.Td c="dimmed" w={210}>
              {at}
            </Table.Td>
            <Table.Td w={220}>{reason}</Table.Td>
            <Table.Td>{message}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function RunHeader({ run }: { run: RunPageRunFragment }): ReactElement {
  const now = useNow();
  const facts = [
    run.cluster.name,
    run.namespace,
    run.progress ?? '',
    durationOf(run.startedAt, run.finishedAt, now),
    run.submittedBy ? `by ${run.submittedBy}` : '',
    run.suspended ? 'suspended' : '',
  ];
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Group gap="sm">
          <Anchor component={Link} to="/" size="sm">
            Runs
          </Anchor>
          <Title order={1} size="h3">
            {run.name}
          </Title>
          <span aria-live="polite">
            <PhaseLabel phase={run.phase} />
          </span>
        </Group>
        <RunActions run={run} />
      </Group>
      <Text size="sm" c="dimmed" title={run.placementReason ?? undefined}>
        {facts.filter(Boolean).join(' · ')}
      </Text>
      {run.message && (
        <Text size="sm" c="var(--phase-bad)">
          {run.message}
        </Text>
      )}
    </Stack>
  );
}
