import { Anchor, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconChevronRight, IconCloudOff } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { Link } from 'react-router';
import type { NodePhase, RunPageRunFragment, StepFragment } from '../../gql/operations.js';
import { ago, durationOf } from '../../shell/format.js';
import { PhaseLabel } from '../../shell/phase.js';
import { useNow } from '../../shell/use-now.js';
import { supersededAttempts } from './attempts.js';
import { PhaseBar, phaseCounts } from './phase-bar.js';
import { RunActions } from './run-actions.js';

const MOST_FAILURES = 4;
/** Steps that do something themselves; the others only hold them. */
const DOING = new Set(['Pod', 'Suspend', 'HTTP', 'Plugin', 'Skipped', 'Container']);

/** A step that waits for somebody to say that it may go on. */
export const isWaiting = ({ type, phase }: StepFragment): boolean => type === 'Suspend' && phase === 'RUNNING';

/** The steps that count: of attempts only the last. */
function doing(steps: readonly StepFragment[]): StepFragment[] {
  const superseded = supersededAttempts(steps);
  return steps.filter(({ type, id }) => DOING.has(type) && !superseded.has(id));
}

export function RunHeader({
  run,
  steps,
  onSelect,
}: {
  run: RunPageRunFragment;
  steps: readonly StepFragment[];
  onSelect: (id: string) => void;
}): ReactElement {
  const inside = useMemo(() => {
    const counts = new Map<NodePhase, number>();
    for (const { phase } of doing(steps)) counts.set(phase, (counts.get(phase) ?? 0) + 1);
    return counts;
  }, [steps]);
  const failed = useMemo(() => doing(steps).filter(({ phase }) => phase === 'FAILED' || phase === 'ERROR'), [steps]);
  return (
    <header className="run-header">
      <div className="run-title-line">
        <Anchor component={Link} to="/" size="sm">
          Runs
        </Anchor>
        <IconChevronRight size={14} className="run-crumb" aria-hidden />
        <Title order={1} size="h3">
          {run.name}
        </Title>
        <span aria-live="polite">
          <PhaseLabel badge phase={run.phase} suspended={run.suspended} />
        </span>
        <span className="run-actions">
          <RunActions run={run} waits={steps.some(isWaiting)} />
        </span>
      </div>
      <div className="run-facts-line">
        <Facts run={run} />
        {inside.size > 0 && (
          <div className="run-inside">
            <span>{phaseCounts(inside)}</span>
            <PhaseBar inside={inside} />
          </div>
        )}
      </div>
      {run.deletedFromCluster && (
        <Text size="sm" c="dimmed" className="run-note">
          <IconCloudOff size={15} aria-hidden /> It is not in its cluster any more; this is its history.
        </Text>
      )}
      {(run.phase === 'FAILED' || run.phase === 'ERROR') && (
        <Failure message={run.message} failed={failed} onSelect={onSelect} />
      )}
    </header>
  );
}

function Facts({ run }: { run: RunPageRunFragment }): ReactElement {
  const now = useNow();
  const labels = Object.entries((run.labels ?? {}) as Record<string, string>).filter(
    ([name]) => !/\b(argoproj|argosy)\.io\//.test(name),
  );
  const facts: readonly (readonly [string, string, string?])[] = [
    ['Cluster', run.cluster.name, run.placementReason ?? undefined],
    ['Namespace', run.namespace],
    ['Duration', durationOf(run.startedAt, run.finishedAt, now)],
    ['Created', ago(run.createdAt, now), new Date(run.createdAt).toLocaleString()],
    ['By', run.submittedBy ?? 'created in the cluster'],
    ...labels.map(([name, value]) => [name, value] as const),
  ];
  return (
    <dl className="run-facts">
      {facts.map(([name, value, title]) => (
        <div key={name} title={title}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Why it failed, and the way to the log that tells more. */
function Failure({
  message,
  failed,
  onSelect,
}: {
  message: string | null;
  failed: readonly StepFragment[];
  onSelect: (id: string) => void;
}): ReactElement | null {
  if (!message && failed.length === 0) return null;
  return (
    <div className="run-failure">
      <IconAlertTriangle size={17} aria-hidden />
      <div>
        {message && <p>{message}</p>}
        {failed.slice(0, MOST_FAILURES).map((step) => (
          <p key={step.id}>
            <Anchor component="button" size="sm" fw={600} onClick={() => onSelect(step.id)}>
              {step.displayName}
            </Anchor>{' '}
            {step.message}
          </p>
        ))}
        {failed.length > MOST_FAILURES && <p>and {failed.length - MOST_FAILURES} more steps</p>}
      </div>
    </div>
  );
}
