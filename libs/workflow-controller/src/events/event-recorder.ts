import type { KubeApi, KubeObject } from '@argosy/kube';
import { kubeTime, resources } from '@argosy/kube';
import type { EventSenderOptions } from './event-sender.js';
import { EventSender } from './event-sender.js';
import type { EventSettings, Happening, RunEvent } from './run-event.js';
import { runEvents } from './run-event.js';

export interface EventRecorderOptions extends EventSenderOptions, EventSettings {
  /** In [0, 1); keeps the names that two controllers give apart. */
  readonly random: () => number;
}

/** Events with the same object, type and reason. */
interface Series {
  readonly startedAtMs: number;
  seen: number;
  /** What stands for all that came after the first few. */
  rest: Rest | null;
}
interface Rest extends Telling {
  /** Of the event that stands for them, once it has been written. */
  name: string | null;
  isGathering: boolean;
}
/** An event, and how often it came about. */
interface Telling {
  event: RunEvent;
  count: number;
  readonly firstAtMs: number;
  lastAtMs: number;
}

/** As Kubernetes' own recorder: so many are told one by one, and what follows within the time as one. */
const MOST_ALIKE = 10;
const ALIKE_FOR_MS = 10 * 60_000;
/** How long more of the same is gathered before it is told. */
const GATHER_MS = 10_000;
const MOST_SERIES = 4_096;
/** What Kubernetes takes. */
const MOST_CHARACTERS = 1_024;
const MOST_NAME = 253;
/** Argo's: what filters by it goes on to work. */
const COMPONENT = 'workflow-controller';

/**
 * Tells what happens to runs as Kubernetes' events. Best effort: it never delays a pass, and a run of ten thousand nodes
 * costs some dozens of them.
 */
export class EventRecorder {
  private readonly sender: EventSender;
  /** By what they have in common, oldest first. */
  private readonly series = new Map<string, Series>();
  private readonly gathering = new Set<() => void>();
  private counter: number;

  constructor(private readonly options: EventRecorderOptions) {
    this.sender = new EventSender(options);
    this.counter = Math.floor(options.random() * 1_000_000);
  }

  record(happening: Happening): void {
    for (const event of runEvents(happening, this.options)) this.take(event);
  }

  /** What has not been written is lost. */
  stop(): void {
    for (const cancel of this.gathering) cancel();
    this.sender.stop();
  }

  private take(event: RunEvent): void {
    const now = this.options.clock.now();
    const series = this.seriesOf(event, now);
    series.seen += 1;
    const telling = { event, count: 1, firstAtMs: now, lastAtMs: now };
    if (series.seen <= MOST_ALIKE) return this.send(event, (kube) => this.create(kube, telling));
    if (series.rest) Object.assign(series.rest, { event, count: series.rest.count + 1, lastAtMs: now });
    const rest = (series.rest ??= { ...telling, name: null, isGathering: false });
    if (!rest.isGathering) this.gather(rest);
  }

  private seriesOf({ involved, type, reason }: RunEvent, now: number): Series {
    for (const [key, { startedAtMs }] of this.series) {
      if (startedAtMs + ALIKE_FOR_MS > now && this.series.size < MOST_SERIES) break;
      this.series.delete(key);
    }
    const key = `${involved.uid}/${type}/${reason}`;
    const series = this.series.get(key) ?? { startedAtMs: now, seen: 0, rest: null };
    this.series.set(key, series);
    return series;
  }

  private gather(rest: Rest): void {
    rest.isGathering = true;
    const cancel = this.options.clock.after(GATHER_MS, () => {
      this.gathering.delete(cancel);
      rest.isGathering = false;
      this.send(rest.event, (kube) => this.write(kube, rest));
    });
    this.gathering.add(cancel);
  }

  private send({ involved, isOfRun }: RunEvent, write: (kube: KubeApi) => Promise<unknown>): void {
    const { namespace } = involved;
    this.sender.add({ namespace, isOfRun, send: async (kube) => void (await write(kube)) });
  }

  private async write(kube: KubeApi, rest: Rest): Promise<void> {
    const message = `(combined from similar events): ${rest.event.message}`;
    const telling = { ...rest, event: { ...rest.event, message } };
    if (rest.name === null) rest.name = await this.create(kube, telling);
    else {
      const ref = { type: resources.events, namespace: rest.event.involved.namespace, name: rest.name };
      await kube.patch<KubeObject>(ref, 'merge', told(telling));
    }
  }

  private async create(kube: KubeApi, telling: Telling): Promise<string> {
    const { involved, type, reason, annotations } = telling.event;
    const name = this.nameFor(involved.name);
    const event = {
      metadata: { name, namespace: involved.namespace, annotations },
      involvedObject: involved,
      type,
      reason,
      ...told(telling),
      firstTimestamp: kubeTime(telling.firstAtMs),
      source: { component: COMPONENT },
      reportingComponent: COMPONENT,
      reportingInstance: '',
    };
    await kube.create<KubeObject>(resources.events, event);
    return name;
  }

  /** As Kubernetes' own recorder names them: like the object, and the time in nanoseconds, whose last digits are a number. */
  private nameFor(object: string): string {
    this.counter = (this.counter + 1) % 1_000_000;
    const id = (BigInt(this.options.clock.now()) * 1_000_000n + BigInt(this.counter)).toString(16);
    return `${object.slice(0, MOST_NAME - id.length - 1)}.${id}`;
  }
}

const told = ({ event: { message }, count, lastAtMs }: Telling): object => ({
  message: message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS - 1)}…` : message,
  count,
  lastTimestamp: kubeTime(lastAtMs),
});
