import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleDotted,
  IconCircleXFilled,
  IconClock,
  IconLoader2,
  IconPlayerPauseFilled,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';

export type Phase = 'SUBMITTED' | 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'SKIPPED' | 'OMITTED' | 'FAILED' | 'ERROR';

interface Look {
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'running' | 'pending' | 'quiet';
  readonly icon: typeof IconClock;
}
/** Every phase has its own shape, so that colour is never the only difference. */
const LOOKS: Readonly<Record<Phase, Look>> = {
  SUBMITTED: { word: 'Submitted', tone: 'quiet', icon: IconCircleDotted },
  PENDING: { word: 'Pending', tone: 'pending', icon: IconClock },
  RUNNING: { word: 'Running', tone: 'running', icon: IconLoader2 },
  SUCCEEDED: { word: 'Succeeded', tone: 'good', icon: IconCircleCheckFilled },
  SKIPPED: { word: 'Skipped', tone: 'quiet', icon: IconCircleDashed },
  OMITTED: { word: 'Omitted', tone: 'quiet', icon: IconCircleDashed },
  FAILED: { word: 'Failed', tone: 'bad', icon: IconCircleXFilled },
  ERROR: { word: 'Error', tone: 'bad', icon: IconAlertTriangleFilled },
};
const SUSPENDED: Look = { word: 'Suspended', tone: 'pending', icon: IconPlayerPauseFilled };

const FINAL: ReadonlySet<Phase> = new Set(['SUCCEEDED', 'SKIPPED', 'OMITTED', 'FAILED', 'ERROR']);
export const hasEnded = (phase: Phase): boolean => FINAL.has(phase);

const lookOf = (phase: Phase, suspended: boolean): Look => (suspended && !hasEnded(phase) ? SUSPENDED : LOOKS[phase]);
export const phaseWord = (phase: Phase, suspended = false): string => lookOf(phase, suspended).word;
export const phaseColor = (phase: Phase): string => `var(--phase-${LOOKS[phase].tone})`;

interface PhaseProps {
  readonly phase: Phase;
  /** It waits until somebody resumes it. */
  readonly suspended?: boolean;
}

export function PhaseIcon({ phase, suspended = false, size = 16 }: PhaseProps & { size?: number }): ReactElement {
  const { icon: Icon, tone, word } = lookOf(phase, suspended);
  return (
    <Icon
      size={size}
      color={`var(--phase-${tone})`}
      role="img"
      aria-label={word}
      className={Icon === IconLoader2 ? 'turning' : undefined}
      style={{ flexShrink: 0 }}
    />
  );
}

export function PhaseLabel({ phase, suspended = false, badge }: PhaseProps & { badge?: boolean }): ReactElement {
  const { tone, word, icon: Icon } = lookOf(phase, suspended);
  return (
    <span
      className={badge ? 'phase badge' : 'phase'}
      style={{ color: `var(--phase-${tone})`, background: badge ? `var(--phase-${tone}-soft)` : undefined }}
    >
      <Icon size={16} aria-hidden className={Icon === IconLoader2 ? 'turning' : undefined} />
      {word}
    </span>
  );
}
