import type { ArgosyClient } from '@argosy/sdk';
import type { Command } from 'commander';
import type { Output } from './output/print.js';
import type { Paint } from './output/paint.js';

/** What a command may use. Made once in main; tests make their own. */
export interface CliContext {
  readonly output: Output;
  readonly paint: Paint;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly now: () => number;
  /** The control plane that the flags, the environment or `argosy login` name. */
  client(): ArgosyClient;
  /** Gives the process this exit code once the command is done. */
  exitWith(code: number): void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One command: adds itself to the program. */
export type CliCommand = (program: Command, context: CliContext) => void;

/** The command did what it could, but the answer is a failure; nothing more to say. */
export const EXIT_FAILED = 1;
/** The command line itself was wrong. */
export const EXIT_USAGE = 2;
