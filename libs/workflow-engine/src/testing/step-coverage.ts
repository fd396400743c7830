import type { NodePhase, PodKind } from '@argosy/workflow-spec';
import type { TracedStep } from '../model/decision.js';
import type { NodeKind } from '../model/frame.js';
import type { EventsOf, NodeEvent, PodObserved } from '../model/node-event.js';

/*
 * Which events have met which kinds of nodes in which phases while tests ran. Each test file has its own copy of this
 * module; what it saw is left on `globalThis`, where jest's setup file finds it (scripts/jest-engine-steps.mjs), and
 * `npm test` prints the sum.
 */
type Label<E extends NodeEvent> = E extends PodObserved ? `Pod${PodObserved['pod']['phase']}` : E['type'];
type Phases = readonly NodePhase[];
/** Phases in which a kind can get an event. A kind or event that is forgotten does not compile. */
type Possible = {
  readonly [K in NodeKind]: Readonly<Record<Label<EventsOf<K>>, Phases>> & OfTheKernel;
};
/** Events that the kernel takes care of, so that handlers do not get them. */
interface OfTheKernel {
  readonly HookFinished?: Phases;
  readonly RoomMade?: Phases;
  readonly ChildFinished?: Phases;
}

const OPEN = ['Pending', 'Running'] as const;
const RUNNING = ['Running'] as const;
const ENDED = ['Succeeded', 'Failed', 'Error'] as const;
const POD = {
  PodPending: ['Pending'],
  PodRunning: OPEN,
  PodSucceeded: OPEN,
  PodFailed: OPEN,
  PodError: OPEN,
  PodLost: OPEN,
  TimerDue: OPEN,
  HookFinished: OPEN,
} as const satisfies Possible[PodKind];

const POSSIBLE: Possible = {
  container: POD,
  script: POD,
  containerSet: POD,
  resource: POD,
  data: POD,
  suspend: { TimerDue: RUNNING, HookFinished: RUNNING },
  http: { RequestObserved: OPEN, TimerDue: OPEN, HookFinished: OPEN },
  plugin: { RequestObserved: OPEN, TimerDue: OPEN, HookFinished: OPEN },
  steps: { ChildFinished: RUNNING, HookFinished: RUNNING },
  dag: { ChildFinished: RUNNING, RoomMade: RUNNING, HookFinished: RUNNING },
  stepGroup: { ChildFinished: RUNNING, RoomMade: RUNNING },
  taskGroup: { ChildFinished: RUNNING, RoomMade: RUNNING, HookFinished: RUNNING },
  retry: { ChildFinished: RUNNING, RoomMade: RUNNING, TimerDue: RUNNING, HookFinished: RUNNING },
  waiting: { TimerDue: ['Pending'] },
  storing: { StoreAnswered: OPEN },
  ended: { HookFinished: ENDED, RoomMade: ENDED, ChildFinished: ['Failed'] },
};

/** What no test shows, and why that is all right; `*` stands for anything. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'script|containerSet|resource|data|http|plugin HookFinished *': "hooks are the kernel's, the same for every kind",
  'plugin TimerDue *': 'the same code as for http',
  'http TimerDue Pending': 'a request is Pending for less than one pass, unless its controller is gone',
};

interface Recording {
  readonly seen: Set<string>;
  readonly possible: readonly string[];
  readonly explained: Readonly<Record<string, string>>;
}
const KEY = Symbol.for('argosy.engine-steps');
const place = globalThis as unknown as Record<symbol, Recording | undefined>;

const recording = (place[KEY] ??= {
  seen: new Set(),
  possible: Object.entries(POSSIBLE).flatMap(([kind, events]) =>
    Object.entries<Phases | undefined>({ ...events }).flatMap(([event, phases]) =>
      (phases ?? []).map((phase) => `${kind} ${event} ${phase}`),
    ),
  ),
  explained: EXPLAINED,
});

export function recordStep({ kind, phase, event, isHook }: TracedStep): void {
  const label = isHook ? 'HookFinished' : event.type === 'PodObserved' ? `Pod${event.pod.phase}` : event.type;
  recording.seen.add(`${kind} ${label} ${phase ?? ''}`);
}
