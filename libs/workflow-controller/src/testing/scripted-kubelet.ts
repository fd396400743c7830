import { createHash, randomBytes } from 'node:crypto';
import type { Clock, InMemoryKube } from '@argosy/kube';
import { kubeTime, resources } from '@argosy/kube';
import type { Pod } from '@argosy/workflow-spec';

/** What main does, told in advance. */
export interface MainOutcome {
  readonly exitCode?: number;
  readonly result?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly error?: string;
  /** Runs until somebody ends it. */
  readonly endless?: boolean;
  /** Stays unscheduled. */
  readonly stuck?: boolean;
}
export type PodScript = (pod: Pod) => MainOutcome;

const MESSAGE_LIMIT = 4096;
const FRAME_BYTES = 6144;

/** Plays the node: moves every pod of a cluster one step on, when asked to. Its programs report as the supervisor does. */
export class ScriptedKubelet {
  /** Logs of ended pods by uid; tests may take one away. */
  readonly logs = new Map<string, string>();
  /** How often a pod of each name was started. */
  readonly started = new Map<string, number>();

  constructor(
    private readonly kube: InMemoryKube,
    private readonly clock: Clock,
    private readonly script: PodScript,
  ) {
    kube.attachLogs((pod, options) => this.read(pod.metadata?.uid ?? '', options.tailLines));
  }

  /** Pending pods run, running ones end as their script says. Returns whether anything happened. */
  async step(): Promise<boolean> {
    const { items } = await this.kube.list<Pod>(resources.pods);
    let happened = false;
    for (const pod of items) {
      const status = pod.metadata?.deletionTimestamp ? undefined : this.next(pod);
      if (!status) continue;
      happened = true;
      const { name = '', namespace } = pod.metadata ?? {};
      await this.kube.patch({ type: resources.pods, namespace, name }, 'merge', { status }, 'status');
    }
    return happened;
  }

  private next(pod: Pod): Pod['status'] | undefined {
    const outcome = this.script(pod);
    const { phase } = pod.status ?? {};
    if (phase === 'Pending' && !outcome.stuck) {
      const name = pod.metadata?.name ?? '';
      this.started.set(name, (this.started.get(name) ?? 0) + 1);
      return {
        phase: 'Running',
        startTime: kubeTime(this.clock.now()),
        containerStatuses: [this.status({ running: {} })],
      };
    }
    if (phase !== 'Running') return undefined;
    if (pod.spec?.activeDeadlineSeconds === 1)
      return {
        ...this.ended({ exitCode: 143 }, ''),
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      };
    return outcome.endless ? undefined : this.ended(outcome, pod.metadata?.uid ?? '');
  }

  private ended(
    { exitCode = 0, result, parameters = {}, error }: MainOutcome,
    uid: string,
  ): NonNullable<Pod['status']> {
    const now = kubeTime(this.clock.now());
    const message = this.report({ parameters, ...(result !== undefined && { result }) }, error, uid);
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    return {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [this.status({ terminated: { exitCode, reason, message, startedAt: now, finishedAt: now } })],
    };
  }

  private report(outputs: object, error: string | undefined, uid: string): string {
    const message = JSON.stringify({ v: 1, ...outputs, error });
    if (message.length <= MESSAGE_LIMIT) return message;
    const bytes = Buffer.from(JSON.stringify(outputs));
    const nonce = randomBytes(16).toString('hex');
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += FRAME_BYTES)
      lines.push(
        `::argosy-outputs ${nonce} ${lines.length} ${bytes.subarray(at, at + FRAME_BYTES).toString('base64')}`,
      );
    this.logs.set(uid, ['a log line', ...lines, ''].join('\n'));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return JSON.stringify({ v: 1, error, overflow: { nonce, frames: lines.length, bytes: bytes.length, sha256 } });
  }

  private status(state: object): NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number] {
    return { name: 'main', image: '', imageID: '', ready: false, restartCount: 0, state };
  }

  private async *read(uid: string, tailLines = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
    const lines = (this.logs.get(uid) ?? '').split('\n');
    yield Buffer.from(lines.slice(-Math.min(lines.length, tailLines + 1)).join('\n'));
  }
}
