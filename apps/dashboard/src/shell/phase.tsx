import { Box } from '@mantine/core';
import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleDotted,
  IconCircleXFilled,
  IconClock,
  IconLoader2,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';

export type Phase = 'SUBMITTED' | 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'SKIPPED' | 'OMITTED' | 'FAILED' | 'ERROR';

interface Look {
  readonly word: string;
  readonly color: string;
  readonly icon: typeof IconClock;
}
/** Every phase has its own shape, so that colour is never the only difference. */
const LOOKS: Readonly<Record<Phase, Look>> = {
  SUBMITTED: { word: 'Submitted', color: 'var(--phase-quiet)', icon: IconCircleDotted },
  PENDING: { word: 'Pending', color: 'var(--phase-pending)', icon: IconClock },
  RUNNING: { word: 'Running', color: 'var(--phase-running)', icon: IconLoader2 },
  SUCCEEDED: { word: 'Succeeded', color: 'var(--phase-good)', icon: IconCircleCheckFilled },
  SKIPPED: { word: 'Skipped', color: 'var(--phase-quiet)', icon: IconCircleDashed },
  OMITTED: { word: 'Omitted', color: 'var(--phase-quiet)', icon: IconCircleDashed },
  FAILED: { word: 'Failed', color: 'var(--phase-bad)', icon: IconCircleXFilled },
  ERROR: { word: 'Error', color: 'var(--phase-bad)', icon: IconAlertTriangleFilled },
};

export const phaseWord = (phase: Phase): string => LOOKS[phase].word;
export const phaseColor = (phase: Phase): string => LOOKS[phase].color;

export function PhaseIcon({ phase, size = 16 }: { phase: Phase; size?: number }): ReactElement {
  const { icon: Icon, color, word } = LOOKS[phase];
  return (
    <Icon
      size={size}
      color={color}
      aria-label={word}
      className={phase === 'RUNNING' ? 'turning' : undefined}
      style={{ flexShrink: 0 }}
    />
  );
}

export function PhaseLabel({ phase }: { phase: Phase }): ReactElement {
  return (
    <Box
      component="span"
      style={{ display: 'inline-flex', alignItems: 'center', gap: 6, color: phaseColor(phase), fontWeight: 600 }}
    >
      <PhaseIcon phase={phase} />
      {phaseWord(phase)}
    </Box>
  );
}
