import { Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import type { StepFragment } from '../../gql/operations.js';
import { durationOf, formatSeconds } from '../../shell/format.js';
import { hasEnded, PhaseIcon, phaseColor, phaseWord } from '../../shell/phase.js';
import { useNow } from '../../shell/use-now.js';
import { spanOf, stepRows, ticks } from './step-rows.js';
import type { StepRow } from './step-rows.js';

const ROW_HEIGHT = 32;
const rowId = (id: string): string => `step-row-${id}`;

type Span = ReturnType<typeof spanOf>;

interface Props {
  readonly steps: readonly StepFragment[];
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  /** With bars on an axis of time, or with messages. */
  readonly shows: 'times' | 'messages';
}

/** The steps as a tree, one row each; only rows in view are drawn. The arrow keys walk over it and fold it. */
export function StepList({ steps, selected, onSelect, shows }: Props): ReactElement {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => stepRows(steps, folded), [steps, folded]);
  const now = useNow();
  const span = useMemo(() => spanOf(steps, now), [steps, now]);
  const scroller = useRef<HTMLDivElement>(null);
  const view = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 16,
  });
  const at = rows.findIndex(({ step }) => step.id === selected);
  useEffect(() => {
    if (at !== -1) view.scrollToIndex(at, { align: 'auto' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- not when rows come and go, only when another is chosen
  }, [selected]);
  const fold = (id: string, isFolded: boolean): void => {
    const next = new Set(folded);
    if (isFolded) next.add(id);
    else next.delete(id);
    setFolded(next);
  };
  const key = (event: KeyboardEvent): void => {
    const row = rows[at];
    const walk = (index: number): void => {
      const next = rows[Math.max(0, Math.min(rows.length - 1, index))];
      if (next) onSelect(next.step.id);
    };
    const actions: Partial<Record<string, () => void>> = {
      ArrowDown: () => walk(at + 1),
      ArrowUp: () => walk(at === -1 ? rows.length - 1 : at - 1),
      Home: () => walk(0),
      End: () => walk(rows.length - 1),
      ArrowLeft: () => row?.fold === 'open' && fold(row.step.id, true),
      ArrowRight: () => row?.fold === 'folded' && fold(row.step.id, false),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  if (steps.length === 0) return <div className="empty">No step has started yet.</div>;
  return (
    <div className="steps" ref={scroller}>
      {shows === 'times' && <Axis span={span} />}
      <div
        role="tree"
        aria-label="Steps"
        tabIndex={0}
        aria-activedescendant={at === -1 ? undefined : rowId(rows[at]?.step.id ?? '')}
        onKeyDown={key}
        style={{ height: view.getTotalSize(), position: 'relative' }}
      >
        {view.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <div
              key={row.step.id}
              id={rowId(row.step.id)}
              className="step"
              role="treeitem"
              aria-level={row.depth + 1}
              aria-expanded={row.fold && row.fold === 'open'}
              aria-selected={index === at}
              aria-label={`${row.step.displayName}, ${phaseWord(row.step.phase)}`}
              onClick={() => onSelect(row.step.id)}
              style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}
            >
              <StepName row={row} onFold={(isFolded) => fold(row.step.id, isFolded)} />
              {shows === 'times' ? <Bar step={row.step} span={span} now={now} /> : <Message step={row.step} />}
              <Duration step={row.step} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function StepName({
  row: { step, depth, fold },
  onFold,
}: {
  row: StepRow;
  onFold: (isFolded: boolean) => void;
}): ReactElement {
  const Chevron = fold === 'folded' ? IconChevronRight : IconChevronDown;
  return (
    <span className="step-name" style={{ paddingLeft: depth * 18 }}>
      <span
        className="step-chevron"
        onClick={(event) => {
          if (!fold) return;
          event.stopPropagation();
          onFold(fold === 'open');
        }}
      >
        {fold && <Chevron size={14} />}
      </span>
      <PhaseIcon phase={step.phase} suspended={step.type === 'Suspend'} />
      <span className="step-label" title={step.displayName} data-branch={fold !== undefined || undefined}>
        {step.displayName}
      </span>
    </span>
  );
}

const Message = ({ step }: { step: StepFragment }): ReactElement => (
  <span className="step-message" title={step.message ?? undefined}>
    {step.message ?? (step.templateName === step.displayName ? '' : step.templateName)}
  </span>
);

function Duration({ step: { startedAt, finishedAt, phase } }: { step: StepFragment }): ReactElement {
  const now = useNow();
  const isNothing = phase === 'SKIPPED' || phase === 'OMITTED';
  return (
    <Text span size="xs" c="dimmed" className="step-duration">
      {isNothing ? '' : durationOf(startedAt, finishedAt ?? (hasEnded(phase) ? startedAt : null), now)}
    </Text>
  );
}

function Bar({ step, span: { from, to }, now }: { step: StepFragment; span: Span; now: number }): ReactElement {
  const percent = (time: number): number => ((time - from) / (to - from)) * 100;
  if (!step.startedAt) return <span className="step-bars" />;
  const start = percent(Date.parse(step.startedAt));
  const end = percent(
    step.finishedAt ? Date.parse(step.finishedAt) : hasEnded(step.phase) ? Date.parse(step.startedAt) : now,
  );
  return (
    <span className="step-bars">
      <span
        className="bar"
        data-branch={step.type !== 'Pod' || undefined}
        style={{ left: `${start}%`, width: `${Math.max(0, end - start)}%`, background: phaseColor(step.phase) }}
      />
    </span>
  );
}

function Axis({ span: { from, to } }: { span: Span }): ReactElement {
  return (
    <div className="axis" aria-hidden>
      <span className="step-name" />
      <span className="step-bars">
        {ticks(to - from).map((seconds) => (
          <span key={seconds} className="tick" style={{ left: `${((seconds * 1000) / (to - from)) * 100}%` }}>
            {formatSeconds(seconds)}
          </span>
        ))}
      </span>
      <span className="step-duration" />
    </div>
  );
}
