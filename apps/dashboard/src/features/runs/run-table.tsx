import { Checkbox, Skeleton, Stack, Text } from '@mantine/core';
import type { MouseEvent, ReactElement } from 'react';
import { Link, useNavigate } from 'react-router';
import type { RunRowFragment } from '../../gql/operations.js';
import { ago, durationOf } from '../../shell/format.js';
import { hasEnded, PhaseIcon, phaseColor, phaseWord } from '../../shell/phase.js';
import { useNow } from '../../shell/use-now.js';
import { useShortcut } from '../../shell/use-shortcut.js';

const COLUMNS = ['Run', 'Cluster', 'Namespace', 'Progress', 'Duration', 'Created', 'By'];

/** The links of the rows, from top to bottom: j and k walk over them. */
const links = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-run] a')];
function walk(step: 1 | -1): void {
  const all = links();
  const at = all.indexOf(document.activeElement as HTMLElement);
  all[at === -1 ? (step === 1 ? 0 : all.length - 1) : at + step]?.focus();
}

export function RunTableSkeleton(): ReactElement {
  return (
    <Stack gap={10} p="md" aria-busy="true" aria-label="Loading runs" role="status">
      {Array.from({ length: 10 }, (_, row) => (
        <Skeleton key={row} h={30} />
      ))}
    </Stack>
  );
}

export function RunTable({
  runs,
  selected,
  onSelect,
}: {
  runs: readonly RunRowFragment[];
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
}): ReactElement {
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  useShortcut('j', () => walk(1));
  useShortcut('k', () => walk(-1));
  useShortcut('x', () => {
    const id = document.activeElement?.closest('[data-run]')?.getAttribute('data-run');
    if (id) toggle(id);
  });
  const all = runs.length > 0 && runs.every(({ id }) => selected.has(id));
  return (
    <table className="runs" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">
            <Checkbox
              size="xs"
              aria-label="Select all"
              checked={all}
              indeterminate={!all && selected.size > 0}
              onChange={() => onSelect(all ? new Set() : new Set(runs.map(({ id }) => id)))}
            />
          </th>
          {COLUMNS.map((column) => (
            <th key={column} role="columnheader">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {runs.map((run) => (
          <RunRow key={run.id} run={run} selected={selected.has(run.id)} onToggle={() => toggle(run.id)} />
        ))}
      </tbody>
    </table>
  );
}

function RunRow({
  run,
  selected,
  onToggle,
}: {
  run: RunRowFragment;
  selected: boolean;
  onToggle: () => void;
}): ReactElement {
  const navigate = useNavigate();
  const now = useNow();
  const to = `/runs/${run.id}`;
  const open = (event: MouseEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement;
    // A click that marks text, or meets something that has its own meaning, opens nothing.
    if (target.closest('a, input, label') || window.getSelection()?.toString()) return;
    void navigate(to);
  };
  const word = phaseWord(run.phase, run.suspended);
  return (
    <tr
      role="row"
      data-run={run.id}
      data-selected={selected || undefined}
      aria-label={`${run.name}, ${word}`}
      onClick={open}
    >
      <td role="cell" className="run-select">
        <Checkbox size="xs" aria-label={`Select ${run.name}`} checked={selected} onChange={onToggle} />
      </td>
      <td role="cell" className="run-name">
        <div className="run-title">
          <PhaseIcon phase={run.phase} suspended={run.suspended} size={19} />
          <div>
            <Link to={to}>{run.name}</Link>
            <Text size="xs" c="dimmed" truncate title={run.message ?? undefined}>
              {run.message ?? word}
            </Text>
          </div>
        </div>
      </td>
      <td role="cell" className="run-cluster">
        {run.cluster.name}
      </td>
      <td role="cell" className="run-namespace">
        {run.namespace}
      </td>
      <td role="cell" className="run-progress">
        <Progress run={run} />
      </td>
      <td role="cell" className="run-duration">
        {durationOf(run.startedAt, run.finishedAt, now)}
      </td>
      <td role="cell" className="run-created" title={new Date(run.createdAt).toLocaleString()}>
        {ago(run.createdAt, now)}
      </td>
      <td role="cell" className="run-by">
        {run.submittedBy ?? '–'}
      </td>
    </tr>
  );
}

function Progress({ run: { progress, phase } }: { run: RunRowFragment }): ReactElement {
  const [done = 0, all = 0] = (progress ?? '').split('/').map(Number);
  if (!all) return <>–</>;
  return (
    <>
      <span>{progress}</span>
      {!hasEnded(phase) && (
        <span className="phase-bar" aria-hidden>
          <span style={{ width: `${(done / all) * 100}%`, background: phaseColor(phase) }} />
        </span>
      )}
    </>
  );
}
