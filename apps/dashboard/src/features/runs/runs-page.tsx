import { Alert, Button, Group, Text, Title } from '@mantine/core';
import { IconArrowUp, IconPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { useSearchParams } from 'react-router';
import { useShortcut } from '../../shell/use-shortcut.js';
import { SubmitDialog } from '../submit/submit-dialog.js';
import { BulkBar } from './bulk-bar.js';
import { FilterBar } from './filter-bar.js';
import { useLiveRuns } from './live-runs.js';
import { filterCount, filterFrom, withoutFilter } from './run-filter.js';
import { RunTable, RunTableSkeleton } from './run-table.js';
import './runs.css';

export function RunsPage(): ReactElement {
  const [parameters, setParameters] = useSearchParams();
  const [submitting, setSubmitting] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const query = parameters.toString();
  // "The last hour" is counted from when it was asked for, so that it stays one question.
  const filter = useMemo(() => filterFrom(new URLSearchParams(query), Date.now()), [query]);
  const live = useLiveRuns(filter);
  useShortcut('n', () => setSubmitting(true));
  const namespaces = useMemo(() => [...new Set(live.runs.map(({ namespace }) => namespace))], [live.runs]);
  const isFiltered = filterCount(parameters) > 0;
  const clear = (): void => setParameters(withoutFilter(parameters), { replace: true });
  return (
    <div className="runs-page">
      <Group justify="space-between" wrap="nowrap">
        <Group gap="sm" align="baseline">
          <Title order={1} size="h3">
            Runs
          </Title>
          {live.totalCount > 0 && (
            <Text size="sm" c="dimmed">
              {live.totalCount.toLocaleString()}
            </Text>
          )}
        </Group>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setSubmitting(true)}>
          Submit
        </Button>
      </Group>
      <FilterBar namespaces={namespaces} />
      {live.error && (
        <Alert color="red" title="The runs could not be read" role="alert">
          {live.error}
        </Alert>
      )}
      <div role="status" className="fresh-slot">
        {live.fresh.length > 0 && (
          <button className="fresh" onClick={live.showFresh}>
            <IconArrowUp size={15} aria-hidden />
            {live.fresh.length} new {live.fresh.length === 1 ? 'run' : 'runs'}
          </button>
        )}
      </div>
      {!(live.error && live.runs.length === 0) && (
        <div className="card runs-card" aria-busy={live.loading}>
          {live.runs.length > 0 ? (
            <RunTable runs={live.runs} selected={selected} onSelect={setSelected} />
          ) : live.loading ? (
            <RunTableSkeleton />
          ) : (
            <NoRuns isFiltered={isFiltered} onClear={clear} onSubmit={() => setSubmitting(true)} />
          )}
        </div>
      )}
      {live.more && (
        <Button variant="default" onClick={live.more} loading={live.loading} mx="auto">
          Show more: {live.runs.length} of {live.totalCount.toLocaleString()}
        </Button>
      )}
      <BulkBar selected={live.runs.filter(({ id }) => selected.has(id))} onClear={() => setSelected(new Set())} />
      <SubmitDialog opened={submitting} onClose={() => setSubmitting(false)} />
    </div>
  );
}

function NoRuns({
  isFiltered,
  onClear,
  onSubmit,
}: {
  isFiltered: boolean;
  onClear: () => void;
  onSubmit: () => void;
}): ReactElement {
  return (
    <div className="empty">
      <strong>{isFiltered ? 'No run matches' : 'No runs yet'}</strong>
      <span>
        {isFiltered ? 'Change the filter, or clear it.' : 'Submit a workflow here, or with “argosy submit FILE”.'}
      </span>
      <Button variant="light" mt="sm" onClick={isFiltered ? onClear : onSubmit}>
        {isFiltered ? 'Clear the filter' : 'Submit a workflow'}
      </Button>
    </div>
  );
}
