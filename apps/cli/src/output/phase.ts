import type { NodePhase, RunPhase } from '@argosy/sdk';
import type { Paint } from './paint.js';

interface PhaseLook {
  readonly icon: string;
  readonly color: keyof Omit<Paint, 'bold'>;
  readonly word: string;
}

/** Every phase has its own shape, so that colour is never the only difference. */
const looks: Readonly<Record<NodePhase | RunPhase, PhaseLook>> = {
  SUBMITTED: { icon: '◌', color: 'dim', word: 'Submitted' },
  PENDING: { icon: '◷', color: 'yellow', word: 'Pending' },
  RUNNING: { icon: '●', color: 'cyan', word: 'Running' },
  SUCCEEDED: { icon: '✔', color: 'green', word: 'Succeeded' },
  SKIPPED: { icon: '○', color: 'dim', word: 'Skipped' },
  OMITTED: { icon: '○', color: 'dim', word: 'Omitted' },
  FAILED: { icon: '✖', color: 'red', word: 'Failed' },
  ERROR: { icon: '⚠', color: 'red', word: 'Error' },
};

export const phaseWord = (phase: NodePhase | RunPhase): string => looks[phase].word;

export function phaseIcon(phase: NodePhase | RunPhase, paint: Paint): string {
  const { icon, color } = looks[phase];
  return paint[color](icon);
}

export function phaseText(phase: NodePhase | RunPhase, paint: Paint): string {
  const { word, color } = looks[phase];
  return paint[color](word);
}
