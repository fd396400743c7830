import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Mount } from './view.js';

/** How well containers are kept apart; the best that this machine allows is chosen once, at start. */
export type Tier = 'overlay' | 'user-overlay' | 'user-bind' | 'plain';

export interface ContainerStart {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly mounts: readonly Mount[];
  /** Numeric user and group; only real root can honour it. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** An empty directory of this container's own. */
  readonly scratch: string;
}

/** A started container: its first process, seen from outside. */
export interface StartedContainer {
  readonly child: ChildProcess;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The pid that signals go to: the container's first process. */
  readonly pid: () => number | undefined;
  signal(signal: NodeJS.Signals): void;
  /** How it ended: 128 + n for a signal n. */
  exitCode(): number;
  /** Why it could not be set up, once it has ended. */
  setupError(): string | undefined;
  /** What `nsenter`-like execs need to run `command` beside it. */
  execPrefix(): readonly string[];
  /** Removes what was made outside of `scratch`. */
  cleanUp(): void;
}

export interface Isolation {
  readonly tier: Tier;
  /** Pods that can run at the same time, where mounts are shared by the whole machine. */
  readonly maxPods?: number;
  start(start: ContainerStart): StartedContainer;
}

/** A process's own code, or 128 + n when signal n ended it, as a shell tells it. */
export const exitCodeOf = ({ exitCode, signalCode }: ChildProcess): number =>
  exitCode ?? 128 + (signalCode === null ? 0 : constants.signals[signalCode]);
