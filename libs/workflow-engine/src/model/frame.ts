import type { Map as PersistentMap } from 'immutable';
import type {
  LifecycleHooks,
  PodKind,
  RetryStrategy,
  Template,
  TemplateCall,
  TemplateKind,
} from '@argosy/workflow-spec';
import type { DagPlan } from '../graph/dag-plan.js';
import type { Ending } from '../kernel/closing.js';
import type { LockRef } from '../locks/lock-ref.js';
import type { Instant } from './instant.js';
import type { NodeId } from './ids.js';

/**
 * A place in the tree where a template is to be executed: everything `enter` needs, before any node exists.
 * The call's tags are already replaced from the caller's scope.
 */
export interface CallSite {
  readonly nodeName: string;
  readonly call: TemplateCall;
  /** Frame that hears about the end of this call. */
  readonly owner: NodeId;
  /** Id of the enclosing steps or DAG node; empty on top. */
  readonly boundary: NodeId;
  /** Where the names in `call` are looked up: `local/<workflow>`, `namespaced/<template>`, `cluster/<template>`. */
  readonly templateScope: string;
  /** Where names inside the called template are looked up. */
  readonly innerScope: string;
  readonly onExit: boolean;
  readonly hooked: boolean;
  /** Position among the owner's calls; makes the order of starts under a limit independent of history. */
  readonly ordinal: number;
  /** Nested template calls above this one; Argo refuses more than 100. */
  readonly depth: number;
  /** Variable prefix of the call in its parent's scope: `steps.X`, `tasks.X`; `workflow` for the entry. */
  readonly prefix: string;
  /** Set when this is one attempt of a retried call. */
  readonly attempt: Attempt | null;
  /** Whether a sibling reads `outputs.result` of this call. */
  readonly resultWanted: boolean;
}
export interface Attempt {
  /** 0 for the first try. */
  readonly number: number;
  readonly avoidHosts: readonly string[];
  /** End of the retry strategy's `maxDuration`. */
  readonly deadline: Instant | null;
}

interface FrameBase {
  readonly id: NodeId;
  readonly name: string;
  readonly site: CallSite;
  /** Hooks run beside and after the node; the owner hears of the end once they are fulfilled too. */
  readonly hooks: LifecycleHooks | null;
  /** Keys of the hooks that were started. */
  readonly startedHooks: readonly string[];
  readonly openHooks: number;
  /** A daemon that is up: the owner was told already, and goes on as if the call were over. */
  readonly isUp?: true;
}
/** The node itself is fulfilled; the frame lives on for its hooks. */
export interface EndedFrame extends FrameBase {
  readonly kind: 'ended';
}
/** Pod-making kinds share one frame; the kind still picks the handler, so that each can grow its own rules. */
export interface PodFrame extends FrameBase {
  readonly kind: PodKind;
  readonly template: Template;
  readonly podName: string;
  /** The pod must be over by then. */
  readonly deadline: Instant | null;
}
export interface SuspendFrame extends FrameBase {
  readonly kind: 'suspend';
  readonly template: Template;
  readonly resumeAt: Instant | null;
}
/** Kinds without a pod: the controller itself makes their request. */
export interface AgentFrame extends FrameBase {
  readonly kind: 'http' | 'plugin';
  readonly template: Template;
}
export interface StepsFrame extends FrameBase {
  readonly kind: 'steps';
  readonly template: Template;
  readonly group: number;
  /** Groups that are over and left daemons running. */
  readonly daemonGroups: readonly number[];
  readonly resultReferences: ReadonlySet<string>;
}
export interface DagFrame extends FrameBase {
  readonly kind: 'dag';
  readonly template: Template;
  readonly plan: DagPlan;
  /** Dependencies not done yet, per task: a task's end costs its dependants, not the whole graph. */
  readonly blockers: PersistentMap<string, number>;
  readonly openTasks: number;
  readonly doneTasks: number;
  /** Ready tasks that a limit holds back, in the template's order. */
  readonly held: readonly string[];
  readonly resultReferences: ReadonlySet<string>;
}
/** Runs calls side by side: a step group (all its steps, loops expanded) or a DAG task's loop. */
export interface GroupFrame extends FrameBase {
  readonly kind: 'stepGroup' | 'taskGroup';
  readonly calls: readonly PlannedCall[];
  /** Positions in `calls` that had no node when the frame was made, in order. */
  readonly queue: readonly number[];
  /** First of `queue` that has not been started; the ones from here on wait for a slot. */
  readonly next: number;
  readonly done: number;
}
export interface RetryFrame extends FrameBase {
  readonly kind: 'retry';
  readonly template: Template;
  readonly strategy: RetryStrategy;
}
/** A call that waits for its locks; its node is there to be seen, nothing of it runs. */
export interface WaitingFrame extends FrameBase {
  readonly kind: 'waiting';
  readonly template: Template;
  readonly locks: readonly LockRef[];
}
/** A call that has succeeded and whose outputs a cache is to keep: it ends once they are kept. */
export interface StoringFrame extends FrameBase {
  readonly kind: 'storing';
  readonly inner: Exclude<Frame, StoringFrame>;
  readonly ending: Ending;
  /** When the outputs were there. */
  readonly since: Instant;
}
export type Frame =
  | StoringFrame
  | WaitingFrame
  | EndedFrame
  | PodFrame
  | SuspendFrame
  | AgentFrame
  | StepsFrame
  | DagFrame
  | GroupFrame
  | RetryFrame;
export type NodeKind = Frame['kind'];
/** Kinds that hold other calls but are no template. */
export type StructureKind = Exclude<NodeKind, TemplateKind>;
interface FrameByKind extends Record<PodKind, PodFrame> {
  suspend: SuspendFrame;
  http: AgentFrame;
  plugin: AgentFrame;
  steps: StepsFrame;
  dag: DagFrame;
  stepGroup: GroupFrame;
  taskGroup: GroupFrame;
  retry: RetryFrame;
  waiting: WaitingFrame;
  storing: StoringFrame;
  ended: EndedFrame;
}
export type FrameOf<K extends NodeKind> = FrameByKind[K];

/** A step or loop item of a group, its tags replaced. */
export interface PlannedCall {
  readonly name: string;
  readonly call: TemplateCall;
  /** Name of the step or task in the template: what siblings refer to. */
  readonly origin: string;
  /** Why the call is not made; null when it is. */
  readonly skip: string | null;
}
