import type { SlowCalls } from './slow-calls.js';

/** What an evaluation may use of the world, and how much of it. */
export interface EvaluationSettings {
  /** Milliseconds since the Unix epoch for `now()` and relatives; without it they are an error. */
  readonly now?: number;
  /** Seed for functions that draw at random; without it they are an error. The same seed gives the same values. */
  readonly seed?: string;
  readonly limits?: Partial<EvaluationLimits>;
  /** Shared by evaluations that together must not take too long; without it each stands for itself. */
  readonly slowCalls?: SlowCalls | undefined;
}

export interface EvaluationLimits {
  /** Steps: one for each operation and each element touched. */
  readonly steps: number;
  /** Units of memory made: one for each character and element of every value built, never given back. */
  readonly memory: number;
}

export const DEFAULT_LIMITS: EvaluationLimits = { steps: 1_000_000, memory: 16_000_000 };
