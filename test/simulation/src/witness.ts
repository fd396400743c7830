import type { InMemoryKube } from '@argosy/kube';
import { resources } from '@argosy/kube';
import { isFinalWorkflowPhase, isFulfilled } from '@argosy/workflow-engine';
import type { NodeStatus, Workflow } from '@argosy/workflow-spec';

const KEPT = 200;

/** Sees every version of the workflow that was ever written, and what must never be among them. */
export class Witness {
  readonly problems: string[] = [];
  /** What was written, for somebody who looks into a failing seed. */
  readonly history: string[] = [];
  private readonly aborter = new AbortController();
  private last: Workflow | undefined;

  constructor(private readonly kube: InMemoryKube) {}

  async watch(): Promise<void> {
    const { signal } = this.aborter;
    let resourceVersion = '0';
    while (!signal.aborted)
      for await (const event of this.kube.watch<Workflow>(resources.workflows, { resourceVersion, signal })) {
        if (event.type === 'BOOKMARK') continue;
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
        this.seen(event.object);
      }
  }

  stop(): void {
    this.aborter.abort();
  }

  note(text: string): void {
    this.history.push(text);
    if (this.history.length > KEPT) this.history.shift();
  }

  private seen(workflow: Workflow): void {
    const before = this.last?.status;
    const { status } = workflow;
    this.last = workflow;
    if (before?.phase !== status?.phase) this.note(`workflow ${before?.phase ?? '-'} -> ${status?.phase ?? '-'}`);
    if (isFinalWorkflowPhase(before?.phase) && before?.phase !== status?.phase)
      this.problems.push(`a run that was ${before?.phase} became ${status?.phase}`);
    for (const [id, node] of Object.entries<NodeStatus>(status?.nodes ?? {})) this.compare(before?.nodes?.[id], node);
    for (const [id, node] of Object.entries<NodeStatus>(before?.nodes ?? {}))
      if (!status?.nodes?.[id]) this.problems.push(`the node ${node.name} is gone`);
  }

  private compare(before: NodeStatus | undefined, node: NodeStatus): void {
    if (before?.phase === node.phase) return;
    this.note(`${node.name} ${before?.phase ?? '-'} -> ${node.phase}${node.message ? ` (${node.message})` : ''}`);
    if (before && isFulfilled(before.phase))
      this.problems.push(`${node.name} was ${before.phase} and became ${node.phase}`);
  }
}
