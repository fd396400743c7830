import { Box, Group, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import type { StepFragment } from '../../gql/operations.js';
import { durationOf } from '../../shell/format.js';
import { PhaseIcon, phaseColor } from '../../shell/phase.js';
import { useNow } from '../../shell/use-now.js';
import { stepTree } from './step-tree.js';

export function TimelineView({
  steps,
  onSelect,
}: {
  steps: readonly StepFragment[];
  onSelect: (id: string) => void;
}): ReactElement {
  const now = useNow();
  const started = steps.flatMap(({ startedAt }) => (startedAt ? [Date.parse(startedAt)] : []));
  const from = Math.min(...started, now);
  const to = Math.max(
    ...steps.map(({ startedAt, finishedAt }) => (finishedAt ? Date.parse(finishedAt) : startedAt ? now : from)),
    from + 1000,
  );
  const percent = (time: number): number => ((time - from) / (to - from)) * 100;
  return (
    <Box p="sm" style={{ overflow: 'auto', height: '100%' }}>
      {stepTree(steps).map(({ step, depth }) => (
        <button key={step.id} className="step" onClick={() => onSelect(step.id)}>
          <Group gap={6} wrap="nowrap" style={{ flex: '0 0 260px', paddingLeft: depth * 14, overflow: 'hidden' }}>
            <PhaseIcon phase={step.phase} size={14} />
            <Text size="sm" truncate>
              {step.displayName}
            </Text>
          </Group>
          <Box style={{ position: 'relative', flex: 1, height: 14 }}>
            {step.startedAt && (
              <span
                className="bar"
                title={durationOf(step.startedAt, step.finishedAt, now)}
                style={{
                  left: `${percent(Date.parse(step.startedAt))}%`,
                  width: `${percent(step.finishedAt ? Date.parse(step.finishedAt) : now) - percent(Date.parse(step.startedAt))}%`,
                  background: phaseColor(step.phase),
                  opacity: step.type === 'Pod' ? 1 : 0.35,
                }}
              />
            )}
          </Box>
          <Text size="xs" c="dimmed" w={64} ta="right">
            {durationOf(step.startedAt, step.finishedAt, now)}
          </Text>
        </button>
      ))}
    </Box>
  );
}
