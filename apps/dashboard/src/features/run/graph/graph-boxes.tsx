import { IconArrowsMaximize, IconArrowsMinimize, IconRepeat } from '@tabler/icons-react';
import type { Node, NodeProps } from '@xyflow/react';
import { createContext, use } from 'react';
import type { ReactElement } from 'react';
import { durationOf } from '../../../shell/format.js';
import { hasEnded, PhaseIcon, phaseColor, phaseWord } from '../../../shell/phase.js';
import { useNow } from '../../../shell/use-now.js';
import { PhaseBar, phaseCounts } from '../phase-bar.js';
import type { Box } from './graph.js';

export type BoxNode = Node<{ box: Box }, 'box'>;

/** What changes without the graph changing its shape; boxes read it here, so that they need not be made anew. */
export const GraphContext = createContext<{
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  readonly onFold: (id: string, folded: boolean) => void;
}>({ selected: null, onSelect: () => undefined, onFold: () => undefined });

function Duration({ box: { startedAt, finishedAt, phase } }: { box: Box }): ReactElement | null {
  if (!startedAt || phase === 'SKIPPED' || phase === 'OMITTED') return null;
  return finishedAt || hasEnded(phase) ? (
    <>{durationOf(startedAt, finishedAt ?? startedAt, 0)}</>
  ) : (
    <RunningDuration startedAt={startedAt} />
  );
}
const RunningDuration = ({ startedAt }: { startedAt: string }): string => durationOf(startedAt, null, useNow());

function Fold({ box: { id, label, fold } }: { box: Box }): ReactElement {
  const { onFold } = use(GraphContext);
  const isFolded = fold === 'folded';
  return (
    <button
      className="graph-fold nopan"
      aria-label={`${isFolded ? 'Unfold' : 'Fold'} ${label}`}
      aria-expanded={!isFolded}
      onClick={() => onFold(id, !isFolded)}
    >
      {isFolded ? <IconArrowsMaximize size={14} /> : <IconArrowsMinimize size={14} />}
    </button>
  );
}

function Title({ box }: { box: Box }): ReactElement {
  const { selected, onSelect, onFold } = use(GraphContext);
  const { id, step, label, phase, attempts, fold, inside } = box;
  const size = [...inside.values()].reduce((sum, count) => sum + count, 0);
  const about = [
    step?.templateName && step.templateName !== label ? step.templateName : '',
    fold ? `${size.toLocaleString()} ${size === 1 ? 'step' : 'steps'}` : '',
  ].filter(Boolean);
  return (
    <button
      className="graph-title nopan"
      aria-label={`${label}, ${phaseWord(phase)}`}
      aria-pressed={id === selected}
      title={label}
      // A loop among groups of steps has no step of its own to show.
      onClick={() => (step ? onSelect(id) : onFold(id, fold !== 'folded'))}
    >
      <PhaseIcon phase={phase} suspended={step?.type === 'Suspend'} size={17} />
      <span className="graph-words">
        <b>{label}</b>
        {about.length > 0 && <small>{about.join(' · ')}</small>}
      </span>
      {attempts > 1 && (
        <span className="graph-attempts" title={`${attempts} attempts`}>
          <IconRepeat size={12} aria-hidden />
          {attempts}
        </span>
      )}
      <span className="graph-time">
        <Duration box={box} />
      </span>
    </button>
  );
}

export function GraphBox({ data: { box } }: NodeProps<BoxNode>): ReactElement {
  const { selected } = use(GraphContext);
  const { fold, phase, inside } = box;
  return (
    <div
      className={fold === 'open' ? 'graph-frame' : fold === 'folded' ? 'graph-node graph-folded' : 'graph-node'}
      data-selected={box.id === selected || undefined}
      data-running={phase === 'RUNNING' || undefined}
      data-quiet={phase === 'OMITTED' || phase === 'SKIPPED' || undefined}
      style={{ '--tone': phaseColor(phase) } as Record<string, string>}
    >
      <div className="graph-head">
        <Title box={box} />
        {fold && <Fold box={box} />}
      </div>
      {fold === 'folded' && (
        <div className="graph-inside" title={phaseCounts(inside)}>
          <PhaseBar inside={inside} />
        </div>
      )}
    </div>
  );
}
