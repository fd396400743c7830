import { Alert, Button, Center, Chip, Group, Skeleton, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { RunRowFragment } from '../../gql/operations.js';
import { ago, durationOf } from '../../shell/format.js';
import { PhaseLabel, phaseWord } from '../../shell/phase.js';
import type { Phase } from '../../shell/phase.js';
import { useNow } from '../../shell/use-now.js';
import { useShortcut } from '../../shell/use-shortcut.js';
import { useLiveRuns } from './live-runs.js';
import { filterFrom, withParameter } from './run-filter.js';
import { SubmitDialog } from './submit-dialog.js';

const PHASES: readonly Phase[] = ['RUNNING', 'PENDING', 'SUCCEEDED', 'FAILED', 'ERROR'];
const COLUMNS = ['Status', 'Name', 'Cluster', 'Namespace', 'Progress', 'Duration', 'Created', 'By'];

export function RunsPage(): ReactElement {
  const [parameters, setParameters] = useSearchParams();
  const [submitting, setSubmitting] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  useShortcut('/', () => search.current?.focus());
  useShortcut('n', () => setSubmitting(true));
  const set = (name: string, values: readonly string[]): void =>
    setParameters(withParameter(parameters, name, values), { replace: true });
  const live = useLiveRuns(filterFrom(parameters));
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h3">
          Runs
        </Title>
        <Button leftSection={<IconPlus size={16} />} onClick={() => setSubmitting(true)}>
          Submit
        </Button>
      </Group>
      <Group gap="sm">
        <TextInput
          ref={search}
          aria-label="Name contains"
          placeholder="Name contains …  ( / )"
          leftSection={<IconSearch size={15} />}
          defaultValue={parameters.get('name') ?? ''}
          onChange={(event) => set('name', [event.currentTarget.value])}
          w={240}
        />
        <TextInput
          aria-label="Label selector"
          placeholder="Labels, such as app=web"
          defaultValue={parameters.get('labels') ?? ''}
          onBlur={(event) => set('labels', [event.currentTarget.value])}
          w={220}
        />
        <TextInput
          aria-label="Cluster"
          placeholder="Cluster"
          defaultValue={parameters.get('cluster') ?? ''}
          onBlur={(event) => set('cluster', [event.currentTarget.value])}
          w={150}
        />
        <Chip.Group multiple value={parameters.getAll('phase')} onChange={(phases) => set('phase', phases)}>
          <Group gap={6}>
            {PHASES.map((phase) => (
              <Chip key={phase} value={phase.toLowerCase()} size="xs">
                {phaseWord(phase)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Group>
      {live.error && (
        <Alert color="red" title="The runs could not be read">
          {live.error}
        </Alert>
      )}
      {(!live.error || live.runs.length > 0) && (
        <RunTable runs={live.runs} loading={live.loading} filtered={[...parameters].length > 0} />
      )}
      {live.more && (
        <Center>
          <Button variant="default" onClick={live.more} loading={live.loading}>
            Show more of {live.totalCount}
          </Button>
        </Center>
      )}
      <SubmitDialog opened={submitting} onClose={() => setSubmitting(false)} />
    </Stack>
  );
}

function RunTable({
  runs,
  loading,
  filtered,
}: {
  runs: readonly RunRowFragment[];
  loading: boolean;
  filtered: boolean;
}): ReactElement {
  if (runs.length === 0 && loading) {
    return (
      <Stack gap={8} aria-busy="true">
        {Array.from({ length: 8 }, (_, row) => (
          <Skeleton key={row} h={34} />
        ))}
      </Stack>
    );
  }
  if (runs.length === 0) {
    return (
      <Center mih={260}>
        <Stack align="center" gap={4}>
          <Text fw={600}>{filtered ? 'No run matches' : 'No runs yet'}</Text>
          <Text c="dimmed">
            {filtered ? 'Change or clear the filter.' : 'Submit a workflow here, or with “argosy submit FILE”.'}
          </Text>
        </Stack>
      </Center>
    );
  }
  return (
    <Table.ScrollContainer minWidth={860}>
      <Table highlightOnHover verticalSpacing={7} fz="sm">
        <Table.Thead>
          <Table.Tr>
            {COLUMNS.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function RunRow({ run }: { run: RunRowFragment }): ReactElement {
  const navigate = useNavigate();
  const now = useNow();
  const open = (): void => void navigate(`/runs/${run.id}`);
  const key = (event: KeyboardEvent<HTMLTableRowElement>): void => {
    if (event.key === 'Enter') open();
    const next =
      event.key === 'j'
        ? event.currentTarget.nextElementSibling
        : event.key === 'k'
          ? event.currentTarget.previousElementSibling
          : null;
    if (next instanceof HTMLElement) next.focus();
  };
  return (
    <Table.Tr
      className="run-row"
      tabIndex={0}
      onClick={open}
      onKeyDown={key}
      aria-label={`${run.name}, ${phaseWord(run.phase)}`}
    >
      <Table.Td>
        <PhaseLabel phase={run.phase} />
      </Table.Td>
      <Table.Td>
        <Text fw={500} size="sm">
          {run.name}
        </Text>
        {run.message && (
          <Text size="xs" c="dimmed" truncate maw={360}>
            {run.message}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{run.cluster.name}</Table.Td>
      <Table.Td>{run.namespace}</Table.Td>
      <Table.Td>{run.progress ?? '–'}</Table.Td>
      <Table.Td>{durationOf(run.startedAt, run.finishedAt, now)}</Table.Td>
      <Table.Td title={run.createdAt}>{ago(run.createdAt, now)}</Table.Td>
      <Table.Td>{run.submittedBy ?? '–'}</Table.Td>
    </Table.Tr>
  );
}
