import type { EvaluationSettings } from '../expr/evaluation-settings.js';
import type { Value } from '../expr/value.js';
import type { Random } from './random.js';

/** What functions may use: one source of random numbers for a whole evaluation, so that two draws differ. */
export interface SprigSettings extends EvaluationSettings {
  readonly random: Random;
}

/** Sprig's argument order: what is worked on comes last. */
export type SprigFunction = (args: readonly Value[], settings: SprigSettings) => Value;
