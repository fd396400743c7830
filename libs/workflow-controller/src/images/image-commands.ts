import type { Clock } from '@argosy/kube';
import { sleep } from '@argosy/kube';
import type { ImageAnswer, ImageCommand, ImageQuestion } from '@argosy/pod-plan';
import { Slots } from '../requests/slots.js';
import { LeastRecent } from './least-recent.js';
import type { ImageRegistry } from './registry-client.js';
import { RegistryProblem } from './registry-problem.js';

/** What images run by themselves. */
export interface ImageOptions {
  /** By the image as it is written in templates; these are not looked up. Argo's `images`. */
  readonly commands?: Readonly<Record<string, ImageCommand>>;
  /** Who knows about the others. Default: nobody, and templates have to have a command. */
  readonly registry?: ImageRegistry;
}

type Settled = Exclude<ImageAnswer, { state: 'pending' }>;
/** A pod that cannot be planned before it is known what its image runs. */
export interface WaitingPod {
  readonly runKey: string;
  readonly podName: string;
}
interface Kept {
  readonly answer: Settled;
  readonly untilMs: number;
}

/** Most look-ups under way at once. */
const CONCURRENCY = 16;
const MOST_ANSWERS = 1_000;
const TIMEOUT_MS = 30_000;
/** Pods of one time share an answer; later ones see what a tag has become meanwhile. */
const KNOWN_FOR_MS = 30_000;
/** A retried step asks again. */
const UNKNOWN_FOR_MS = 5_000;
/** Waits between the tries, while the registry is away. */
const PAUSES_MS = [1_000, 5_000, 20_000, 60_000] as const;

/** Answers what images run, once for all pods that want to know, and never makes a pass wait. */
export class ImageCommands {
  private readonly slots = new Slots(CONCURRENCY);
  private readonly kept = new LeastRecent<Kept>(MOST_ANSWERS);
  /** By look-up that is under way. */
  private readonly waiting = new Map<string, Map<string, WaitingPod>>();
  private readonly stopped = new AbortController();

  /** @param onAnswer called for each pod that was told that its answer is pending, when it is there */
  constructor(
    private readonly clock: Clock,
    private readonly options: ImageOptions,
    private readonly onAnswer: (pod: WaitingPod) => void,
  ) {}

  /** Whether commands of images can be told at all. */
  get areTold(): boolean {
    return this.options.registry !== undefined || this.options.commands !== undefined;
  }

  answer(question: ImageQuestion, pod: WaitingPod): ImageAnswer {
    const { commands = {}, registry } = this.options;
    const configured = Object.hasOwn(commands, question.image) ? commands[question.image] : undefined;
    if (configured) return { state: 'known', command: configured };
    if (!registry) return { state: 'unknown', reason: 'registries are not asked here' };
    const key = JSON.stringify(question);
    const kept = this.kept.get(key);
    if (kept && kept.untilMs > this.clock.now()) return kept.answer;
    const isUnderWay = this.waiting.has(key);
    const waiting = this.waiting.get(key) ?? new Map<string, WaitingPod>();
    this.waiting.set(key, waiting.set(`${pod.runKey}/${pod.podName}`, pod));
    if (!isUnderWay) void this.lookUp(key, question, registry);
    return { state: 'pending' };
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.waiting.clear();
    await this.options.registry?.close();
  }

  private async lookUp(key: string, question: ImageQuestion, registry: ImageRegistry): Promise<void> {
    const answer = await this.settle(question, registry);
    if (this.stopped.signal.aborted) return;
    const lastsMs = answer.state === 'known' ? KNOWN_FOR_MS : UNKNOWN_FOR_MS;
    this.kept.set(key, { answer, untilMs: this.clock.now() + lastsMs });
    const waiting = this.waiting.get(key);
    this.waiting.delete(key);
    for (const pod of waiting?.values() ?? []) this.onAnswer(pod);
  }

  private async settle(question: ImageQuestion, registry: ImageRegistry): Promise<Settled> {
    for (let tries = 0; ; tries++) {
      try {
        return { state: 'known', command: await this.slots.run(() => this.ask(question, registry)) };
      } catch (error) {
        const pauseMs = PAUSES_MS[tries];
        const isPassing = !(error instanceof RegistryProblem) || error.kind === 'passing';
        if (!isPassing || pauseMs === undefined || this.stopped.signal.aborted)
          return { state: 'unknown', reason: error instanceof Error ? error.message : String(error) };
        await sleep(this.clock, pauseMs, this.stopped.signal);
      }
    }
  }

  private async ask(question: ImageQuestion, registry: ImageRegistry): Promise<ImageCommand> {
    const timeout = new AbortController();
    const cancel = this.clock.after(TIMEOUT_MS, () => timeout.abort());
    try {
      return await registry.commandOf(question, AbortSignal.any([timeout.signal, this.stopped.signal]));
    } finally {
      cancel();
    }
  }
}
