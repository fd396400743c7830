import type { NodeId } from './ids.js';
import type { PodKind } from '@argosy/workflow-spec';
import type { NodeKind } from './frame.js';
import type { PodObservation, RequestObservation } from './observation.js';

/** What happened, in the past tense. Produced by observe (outside) and by settle (inside). */
export interface PodObserved {
  readonly type: 'PodObserved';
  readonly pod: PodObservation;
}
export interface PodLost {
  readonly type: 'PodLost';
}
/** What is known of the node's request; undefined when nobody knows of any. */
export interface RequestObserved {
  readonly type: 'RequestObserved';
  readonly request: RequestObservation | undefined;
}
/** The time that the frame asked for has come. */
export interface TimerDue {
  readonly type: 'TimerDue';
}
/** A call of this frame is over, hooks included. */
export interface ChildFinished {
  readonly type: 'ChildFinished';
  readonly child: NodeId;
}
/** A limit, a suspension or a backoff that held calls of this frame back may have gone. */
export interface RoomMade {
  readonly type: 'RoomMade';
}
/** The cache may have taken the outputs, or refused them. */
export interface StoreAnswered {
  readonly type: 'StoreAnswered';
}
export type NodeEvent = PodObserved | PodLost | RequestObserved | TimerDue | ChildFinished | RoomMade | StoreAnswered;

interface EventsByKind extends Record<PodKind, PodObserved | PodLost | TimerDue> {
  suspend: TimerDue;
  http: RequestObserved | TimerDue;
  plugin: RequestObserved | TimerDue;
  steps: ChildFinished;
  dag: ChildFinished | RoomMade;
  stepGroup: ChildFinished | RoomMade;
  taskGroup: ChildFinished | RoomMade;
  retry: ChildFinished | RoomMade | TimerDue;
  waiting: TimerDue;
  storing: StoreAnswered;
  ended: never;
}
export type EventsOf<K extends NodeKind> = EventsByKind[K];
