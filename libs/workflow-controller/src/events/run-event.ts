import type { JournalEntry, RunState } from '@argosy/workflow-engine';
import { podNameOf } from '@argosy/workflow-engine';
import type { NodeStatus, Pod, Workflow } from '@argosy/workflow-spec';

export interface EventSettings {
  /** Of the run as a whole. Default: enabled. */
  readonly workflowEvents?: { readonly enabled?: boolean };
  /** Of its nodes; with `sendAsPod` as events of their pods, where they have one. Default: enabled, as the workflow's. */
  readonly nodeEvents?: { readonly enabled?: boolean; readonly sendAsPod?: boolean };
}

export interface InvolvedObject {
  readonly apiVersion: string;
  readonly kind: 'Workflow' | 'Pod';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Something that happened to a run, in the words of Kubernetes' events. */
export interface RunEvent {
  readonly involved: InvolvedObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** About the run, of which there are few, and not about one of its nodes. */
  readonly isOfRun: boolean;
}

export interface Happening {
  /** As written by the pass that tells. */
  readonly workflow: Workflow;
  readonly state: RunState;
  readonly journal: readonly JournalEntry[];
  readonly pod: (name: string) => Pod | undefined;
}

const PREFIX = 'workflows.argoproj.io/';

/** What of a pass's journal is told as events, with Argo's reasons, messages and annotations. */
export function runEvents(happening: Happening, { workflowEvents, nodeEvents }: EventSettings): RunEvent[] {
  const ofRun = workflowEvents?.enabled !== false;
  const ofNodes = nodeEvents?.enabled !== false;
  return happening.journal.flatMap((entry) => {
    if (entry.nodeId === null) return ofRun ? workflowEvent(happening, entry) : [];
    return ofNodes ? nodeEvent(happening, entry, nodeEvents?.sendAsPod === true) : [];
  });
}

/** Argo says nothing of a retry, and calls what ended in Error failed. */
const WORKFLOW_TYPES: { readonly [reason in JournalEntry['reason']]?: RunEvent['type'] } = {
  WorkflowRunning: 'Normal',
  WorkflowSucceeded: 'Normal',
  WorkflowFailed: 'Warning',
  WorkflowTimedOut: 'Warning',
};

function workflowEvent({ workflow }: Happening, { reason, message }: JournalEntry): RunEvent[] {
  const type = WORKFLOW_TYPES[reason];
  if (!type) return [];
  const told = reason === 'WorkflowSucceeded' ? 'Workflow completed' : message;
  return [{ involved: workflowRef(workflow), type, reason, message: told, annotations: {}, isOfRun: true }];
}

function nodeEvent(happening: Happening, entry: JournalEntry, sendAsPod: boolean): RunEvent[] {
  const { workflow, state } = happening;
  const node = state.nodes.get(entry.nodeId as never);
  if (!node) return [];
  const { reason, after, message } = entry;
  const pod = sendAsPod ? podOf(happening, node) : undefined;
  const annotations = {
    [`${PREFIX}node-type`]: node.type,
    [`${PREFIX}node-name`]: node.name,
    [`${PREFIX}node-id`]: node.id,
    // In nanoseconds.
    [`${PREFIX}node-start-time`]: `${Date.parse(node.startedAt ?? '') || 0}000000`,
    ...(pod && {
      [`${PREFIX}workflow-name`]: workflow.metadata.name ?? '',
      [`${PREFIX}workflow-uid`]: workflow.metadata.uid ?? '',
    }),
  };
  const type = after === 'Running' || after === 'Succeeded' ? 'Normal' : 'Warning';
  const text = `${after} node ${node.name}${message && `: ${message}`}`;
  const involved = pod ? podRef(pod) : workflowRef(workflow);
  return [{ involved, type, reason, message: text, annotations, isOfRun: false }];
}

function podOf({ workflow: { metadata }, pod }: Happening, node: NodeStatus): Pod | undefined {
  if (node.type !== 'Pod') return undefined;
  const format = metadata.annotations?.[`${PREFIX}pod-name-format`] === 'v1' ? 'v1' : 'v2';
  const template = node.templateName ?? node.templateRef?.template;
  return pod(podNameOf(format, metadata.name ?? '', node.name, template));
}

const workflowRef = ({ metadata }: Workflow): InvolvedObject =>
  refOf({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow' }, metadata);
const podRef = ({ metadata }: Pod): InvolvedObject => refOf({ apiVersion: 'v1', kind: 'Pod' }, metadata ?? {});

const refOf = (
  type: Pick<InvolvedObject, 'apiVersion' | 'kind'>,
  { namespace = '', name = '', uid = '', resourceVersion = '' }: Partial<InvolvedObject>,
): InvolvedObject => ({ ...type, namespace, name, uid, resourceVersion });
