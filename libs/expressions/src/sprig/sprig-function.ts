import type { EvaluationSettings } from '../expr/evaluation-settings.js';
import type { Value } from '../expr/value.js';

/** Sprig's argument order: what is worked on comes last. */
export type SprigFunction = (args: readonly Value[], settings: EvaluationSettings) => Value;
