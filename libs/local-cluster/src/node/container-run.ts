import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@argosy/kube';
import { kubeTime } from '@argosy/kube';
import type { Container, ContainerStateTerminated, Pod } from 'kubernetes-types/core/v1.js';
import type { NanoClock } from './container-log.js';
import { ContainerLog } from './container-log.js';
import { expand } from './environment.js';
import type { Isolation, StartedContainer } from './isolation/isolation.js';
import type { Mount } from './isolation/view.js';
import type { Leftovers } from './leftovers.js';
import { logTail } from './log-reader.js';
import { removeTree } from './remove-tree.js';

export interface RunContext {
  readonly pod: Pod;
  readonly container: Container;
  /** Complete environment and mounts of this container. */
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** This container's own directory; runs are numbered in it. */
  readonly directory: string;
  readonly run: number;
  readonly isolation: Isolation;
  readonly leftovers: Leftovers;
  readonly clock: Clock;
  readonly nanoClock: NanoClock;
}

const DEFAULT_MESSAGE_PATH = '/dev/termination-log';
const MAX_MESSAGE_BYTES = 4096;
const FALLBACK_LINES = 80;
const FALLBACK_BYTES = 2048;
/** How long output of processes left behind is waited for once the container's first process has ended. */
const DRAIN_MS = 2_000;

/** One execution of a container, from its first process to its termination message. */
export class ContainerRun {
  readonly log: ContainerLog;
  readonly ended: Promise<ContainerStateTerminated>;
  readonly startedAt: string;
  private readonly started: StartedContainer | undefined;
  private readonly scratch: string;
  private readonly messageFile: string;
  private hasEnded = false;
  private cancelKill: (() => void) | undefined;

  constructor(private readonly context: RunContext) {
    const { directory, run, clock } = context;
    this.startedAt = kubeTime(clock.now());
    this.scratch = join(directory, `run-${run}`);
    rmSync(this.scratch, { recursive: true, force: true });
    mkdirSync(this.scratch, { recursive: true });
    this.messageFile = join(this.scratch, 'termination-log');
    writeFileSync(this.messageFile, '', { mode: 0o666 });
    this.log = new ContainerLog(logPath(directory, run), context.nanoClock);
    try {
      this.started = this.start();
      this.ended = this.follow(this.started);
    } catch (error) {
      this.ended = Promise.resolve(this.conclude(128, 'StartError', (error as Error).message));
    }
  }

  get execPrefix(): readonly string[] {
    return this.started?.execPrefix() ?? ['false'];
  }

  get env(): Readonly<Record<string, string>> {
    return this.context.env;
  }

  /** SIGTERM now, SIGKILL once the grace is over. Calling again with less grace makes it sooner. */
  stop(graceMs: number): void {
    if (this.hasEnded) return;
    this.cancelKill?.();
    if (graceMs <= 0) return this.started?.signal('SIGKILL');
    this.started?.signal('SIGTERM');
    this.cancelKill = this.context.clock.after(graceMs, () => this.started?.signal('SIGKILL'));
  }

  private start(): StartedContainer {
    const { container, env, mounts, isolation, leftovers, pod } = this.context;
    const messagePath = container.terminationMessagePath ?? DEFAULT_MESSAGE_PATH;
    const security = { ...pod.spec?.securityContext, ...container.securityContext };
    const started = isolation.start({
      command: [...(container.command ?? []), ...(container.args ?? [])].map((word) => expand(word, env)),
      env,
      workingDirectory: container.workingDir ?? '/',
      mounts:
        isolation.tier === 'plain'
          ? mounts
          : [...mounts, { source: this.messageFile, target: messagePath, readOnly: false, isFile: true }],
      scratch: this.scratch,
      ...(security.runAsUser !== undefined && {
        user: { uid: security.runAsUser, gid: security.runAsGroup ?? security.runAsUser },
      }),
    });
    if (started.child.pid !== undefined) leftovers.add(started.child.pid);
    started.stdout.on('data', (chunk: Buffer) => this.log.write('stdout', chunk));
    started.stderr.on('data', (chunk: Buffer) => this.log.write('stderr', chunk));
    return started;
  }

  private async follow(started: StartedContainer): Promise<ContainerStateTerminated> {
    const { child } = started;
    const failure = await new Promise<Error | undefined>((resolve) => {
      child.once('error', resolve);
      child.once('close', () => resolve(undefined));
      child.once('exit', () => {
        // A process left behind may hold the pipes; the container has ended all the same.
        const cancel = this.context.clock.after(DRAIN_MS, () => resolve(undefined));
        child.once('close', cancel);
      });
    });
    if (child.pid !== undefined) this.context.leftovers.remove(child.pid);
    started.cleanUp();
    started.stdout.destroy();
    started.stderr.destroy();
    const setupError = failure?.message ?? started.setupError();
    if (setupError !== undefined) return this.conclude(128, 'StartError', setupError);
    const exitCode = started.exitCode();
    const result = this.conclude(exitCode, exitCode === 0 ? 'Completed' : 'Error', '');
    const message = await this.terminationMessage(exitCode);
    this.discard();
    return { ...result, ...(message !== '' && { message }) };
  }

  private conclude(exitCode: number, reason: string, message: string): ContainerStateTerminated {
    this.hasEnded = true;
    this.cancelKill?.();
    this.log.close();
    const { pod, container, clock, run } = this.context;
    return {
      exitCode,
      reason,
      ...(message !== '' && { message }),
      startedAt: this.startedAt,
      finishedAt: kubeTime(clock.now()),
      containerID: containerId(pod, container, run),
    };
  }

  private async terminationMessage(exitCode: number): Promise<string> {
    const { container } = this.context;
    const message = tail(this.messagePathOnHost(), MAX_MESSAGE_BYTES);
    if (message !== '' || exitCode === 0) return message;
    if (container.terminationMessagePolicy !== 'FallbackToLogsOnError') return '';
    return logTail(this.log.path, FALLBACK_LINES, FALLBACK_BYTES);
  }

  /** Without a mount namespace the program can only have written to the path itself, or into a volume that is linked there. */
  private messagePathOnHost(): string {
    const { container, isolation, mounts } = this.context;
    if (isolation.tier !== 'plain') return this.messageFile;
    const path = container.terminationMessagePath ?? DEFAULT_MESSAGE_PATH;
    const mount = mounts.find((candidate) => path.startsWith(`${candidate.target}/`));
    return mount ? join(mount.source, path.slice(mount.target.length)) : this.messageFile;
  }

  private discard(): void {
    removeTree(this.scratch);
  }
}

export const logPath = (directory: string, run: number): string => join(directory, `${run}.log`);

export const containerId = (pod: Pod, container: Container, run: number): string =>
  `process://${pod.metadata?.uid ?? ''}/${container.name}/${run}`;

function tail(path: string, maxBytes: number): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return '';
  const bytes = readFileSync(path);
  return bytes.subarray(Math.max(0, bytes.length - maxBytes)).toString();
}
