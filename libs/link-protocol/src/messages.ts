import { z } from 'zod';

/** Raised on every incompatible change; both sides speak the highest version that both know. */
export const LINK_PROTOCOL_VERSION = 1;
/** The oldest version still understood. */
export const OLDEST_LINK_PROTOCOL_VERSION = 1;

const seq = z.number().int().nonnegative();
const time = z.iso.datetime({ offset: true });

/** One node of a run as the history keeps it; `status` is the whole Argo node status. */
export const nodeDelta = z.object({ id: z.string(), status: z.record(z.string(), z.unknown()) });

/** A new state of a run. Carries only the nodes that changed since the last delta of the same run in this stream. */
export const runDelta = z.object({
  kind: z.literal('run'),
  /** uid of the Workflow object in its cluster. */
  uid: z.string(),
  /** Control-plane id of the run; absent for workflows created in the cluster by somebody else (kubectl, cron). */
  runId: z.string().optional(),
  namespace: z.string(),
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  createdAt: time,
  phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Error']),
  message: z.string(),
  progress: z.string(),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  suspended: z.boolean(),
  outputs: z.unknown().nullable(),
  /** Present on the first delta of a run in a session and after a resync request: the whole object without status. */
  manifest: z.unknown().optional(),
  /** Nodes of the run after this delta; with `digest` it tells a gap. */
  nodeCount: z.number().int().nonnegative(),
  nodes: z.array(nodeDelta),
  /** True when `nodes` is the complete set (first delta, resync). */
  full: z.boolean(),
  /** Fields of the epoch under which the command that created the run was given; stale ones are refused. */
  epoch: z.number().int().nonnegative(),
});
export const runDeleted = z.object({
  kind: z.literal('runDeleted'),
  uid: z.string(),
  runId: z.string().optional(),
  at: time,
});

/**
 * One line of a log. A line longer than 64 KiB comes in pieces, each counted as a line of its own; `more` says that the
 * next piece belongs to the same line.
 */
export const logLine = z.object({ at: time, text: z.string(), more: z.literal(true).optional() });
/** A piece of a container's log. Lines are never merged or dropped; `firstLine` counts from 0 per container. */
export const logChunk = z.object({
  kind: z.literal('log'),
  uid: z.string(),
  runId: z.string().optional(),
  nodeId: z.string(),
  podName: z.string(),
  container: z.string(),
  firstLine: z.number().int().nonnegative(),
  lines: z.array(logLine),
  /** The container ended and this was its last chunk. */
  final: z.boolean(),
  /** Lines that were lost before `firstLine` and cannot be had again; shown as a hole. */
  missingBefore: z.number().int().nonnegative().default(0),
});
export const journalEvent = z.object({
  kind: z.literal('event'),
  uid: z.string(),
  runId: z.string().optional(),
  nodeId: z.string().nullable(),
  reason: z.string(),
  message: z.string(),
  at: time,
});
export const commandResult = z.object({
  kind: z.literal('commandResult'),
  commandId: z.string(),
  ok: z.boolean(),
  /** Machine-readable reason when refused: `already-exists`, `not-found`, `stale-epoch`, `invalid`, or an intent's code. */
  code: z.string().optional(),
  message: z.string().optional(),
});
export const agentFact = z.discriminatedUnion('kind', [runDelta, runDeleted, logChunk, journalEvent, commandResult]);

/** Of the workflow, telling who asks and for what; they replace those of who asked before. */
const labels = z.record(z.string(), z.string()).optional();

export const commandBody = z.discriminatedUnion('type', [
  z.object({ type: z.literal('CreateWorkflow'), runId: z.string(), workflow: z.record(z.string(), z.unknown()) }),
  z.object({
    type: z.literal('StopRun'),
    runId: z.string(),
    namespace: z.string(),
    name: z.string(),
    message: z.string().optional(),
    nodeFieldSelector: z.string().optional(),
    labels,
  }),
  z.object({ type: z.literal('TerminateRun'), runId: z.string(), namespace: z.string(), name: z.string(), labels }),
  z.object({ type: z.literal('SuspendRun'), runId: z.string(), namespace: z.string(), name: z.string(), labels }),
  z.object({
    type: z.literal('ResumeRun'),
    runId: z.string(),
    namespace: z.string(),
    name: z.string(),
    nodeFieldSelector: z.string().optional(),
    by: z.string().optional(),
    labels,
  }),
  z.object({
    type: z.literal('RetryRun'),
    runId: z.string(),
    namespace: z.string(),
    name: z.string(),
    restartSuccessful: z.boolean().optional(),
    nodeFieldSelector: z.string().optional(),
    parameters: z.array(z.string()).optional(),
  }),
  z.object({
    type: z.literal('SetNode'),
    runId: z.string(),
    namespace: z.string(),
    name: z.string(),
    nodeFieldSelector: z.string(),
    phase: z.enum(['Succeeded', 'Failed', 'Error', 'Skipped']).optional(),
    message: z.string().optional(),
    outputParameters: z.record(z.string(), z.string()).optional(),
    labels,
  }),
  z.object({ type: z.literal('DeleteWorkflow'), runId: z.string(), namespace: z.string(), name: z.string() }),
  /** Send the whole state of these runs (all unfinished ones when empty). */
  z.object({ type: z.literal('ResyncRuns'), uids: z.array(z.string()) }),
]);

/** Agent → control plane. Every `facts` message has the next number; unacknowledged ones are kept on disk and sent again. */
export const agentMessage = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('hello'),
    protocol: z.number().int().positive(),
    agentVersion: z.string(),
    /** New for every outbox: a lost disk starts a new stream at 1. */
    streamId: z.string(),
    /** Lowest fact number that can still be sent; one above `lastSeq` when the outbox is empty. */
    firstSeq: seq,
    /** Highest fact number given out. */
    lastSeq: seq,
    /** Highest command number this agent has durably taken. */
    lastCommandSeq: seq,
    cluster: z.object({
      kubernetesVersion: z.string(),
      nodes: z.number().int(),
      labels: z.record(z.string(), z.string()),
      local: z.boolean(),
    }),
  }),
  z.object({ t: z.literal('facts'), seq, facts: z.array(agentFact).min(1) }),
  /** Answer to `welcome.resync`: every run the agent knows, in as many messages as it takes. What differs is asked for. */
  z.object({
    t: z.literal('digests'),
    runs: z.array(z.object({ uid: z.string(), digest: z.string() })),
    /** No more will come: unfinished runs that were not named do not exist any more. */
    last: z.boolean(),
  }),
  /** The agent has durably taken every command up to `seq`. */
  z.object({ t: z.literal('commandAck'), seq }),
  z.object({
    t: z.literal('heartbeat'),
    at: time,
    runningWorkflows: z.number().int(),
    pendingPods: z.number().int(),
    runningPods: z.number().int(),
    outboxDepth: z.number().int(),
    lagMs: z.number(),
  }),
]);
/** Control plane → agent. */
export const controlMessage = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('welcome'),
    protocol: z.number().int().positive(),
    clusterId: z.string(),
    clusterName: z.string(),
    /** Highest fact number of this `streamId` that is stored. The agent drops what is at or below it and sends the rest. */
    ackedSeq: seq,
    /** What is known here may differ from what the agent knows, beyond the facts of this stream; the agent sends digests. */
    resync: z.boolean(),
    /** Lease epoch: facts and effects under an older one are refused. */
    epoch: z.number().int().nonnegative(),
    heartbeatIntervalMs: z.number().int().positive(),
  }),
  z.object({ t: z.literal('ack'), seq }),
  z.object({ t: z.literal('command'), seq, id: z.string(), epoch: z.number().int().nonnegative(), body: commandBody }),
  z.object({
    t: z.literal('bye'),
    code: z.enum(['unauthorized', 'protocol', 'replaced', 'shutdown']),
    message: z.string(),
  }),
]);

export type NodeDelta = z.infer<typeof nodeDelta>;
export type RunDelta = z.infer<typeof runDelta>;
export type RunDeleted = z.infer<typeof runDeleted>;
export type LogLine = z.infer<typeof logLine>;
export type LogChunk = z.infer<typeof logChunk>;
export type JournalEvent = z.infer<typeof journalEvent>;
export type CommandResult = z.infer<typeof commandResult>;
export type AgentFact = z.infer<typeof agentFact>;
export type CommandBody = z.infer<typeof commandBody>;
export type AgentMessage = z.infer<typeof agentMessage>;
export type ControlMessage = z.infer<typeof controlMessage>;
export type Hello = Extract<AgentMessage, { t: 'hello' }>;
export type Heartbeat = Extract<AgentMessage, { t: 'heartbeat' }>;
export type Digests = Extract<AgentMessage, { t: 'digests' }>;
export type FactsMessage = Extract<AgentMessage, { t: 'facts' }>;
export type Welcome = Extract<ControlMessage, { t: 'welcome' }>;
export type CommandMessage = Extract<ControlMessage, { t: 'command' }>;
export type Bye = Extract<ControlMessage, { t: 'bye' }>;

/** Where the agent dials; the cluster credential travels as `Authorization: Bearer`. */
export const LINK_PATH = '/link/v1';
/** `POST` with `{token}` exchanges a one-time join token for `{clusterId, clusterName, credential}`. */
export const JOIN_PATH = '/link/v1/join';
/** Label on Workflow objects created for a run of the control plane. */
export const RUN_ID_LABEL = 'argosy.io/run-id';
/** Annotation with the lease epoch under which the object was created. */
export const EPOCH_ANNOTATION = 'argosy.io/epoch';
