import type { Informer } from '@argosy/kube';
import type { RunOrigin, World } from '@argosy/workflow-engine';
import { asEarlierRun, originsOf, secondsOf } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import type { NodeKeeping } from '../nodes/node-keeping.js';
import type { Holes } from '../reconcile/holes.js';

/** Index of the workflows that succeeded, by what they were made from. */
export const BY_ORIGIN = 'origin';
export const originIndex = ({ metadata, status }: Workflow): string[] =>
  status?.phase === 'Succeeded'
    ? originsOf(metadata.labels).map((origin) => keyOf(metadata.namespace ?? '', origin))
    : [];

const keyOf = (namespace: string, { kind, name }: RunOrigin): string => `${namespace}/${kind}/${name}`;

export type EstimateLookups = Pick<World, 'lastSuccess'>;

/**
 * By which run the duration of another is estimated. Among the runs of a template the last success is looked for once,
 * and again after one of them has come, changed or gone.
 */
export class LastSuccesses {
  private readonly newest = new Map<string, Workflow | null>();
  /** Of runs whose nodes cannot simply be read off the object. */
  private readonly seconds = new WeakMap<Workflow, ReadonlyMap<string, number>>();

  constructor(private readonly nodes: NodeKeeping) {}

  /** A run was seen, or is gone. */
  changed(workflow: Workflow): void {
    for (const key of originIndex(workflow)) this.newest.delete(key);
  }

  /** Nodes that have to be fetched first are put on `holes`. */
  lookups(namespace: string, workflows: Informer<Workflow>, holes: Holes): EstimateLookups {
    return {
      lastSuccess: (origin) => {
        const found = this.newestOf(keyOf(namespace, origin), workflows);
        const secondsOfNode = found && this.nodesOf(found, holes);
        return secondsOfNode ? asEarlierRun(found.metadata.name ?? '', found.status, secondsOfNode) : undefined;
      },
    };
  }

  private newestOf(key: string, workflows: Informer<Workflow>): Workflow | null {
    const known = this.newest.get(key);
    if (known !== undefined) return known;
    const startOf = ({ status }: Workflow): number => Date.parse(status?.startedAt ?? '') || 0;
    const all = workflows.byIndex(BY_ORIGIN, key);
    const newest = all.reduce<Workflow | null>((a, b) => (a && startOf(a) >= startOf(b) ? a : b), null);
    this.newest.set(key, newest);
    return newest;
  }

  private nodesOf(workflow: Workflow, holes: Holes): ((id: string) => number) | undefined {
    const { nodes, compressedNodes, offloadNodeStatusVersion } = workflow.status ?? {};
    if (!compressedNodes && !offloadNodeStatusVersion) return (id) => secondsOf(nodes?.[id]);
    const known = this.seconds.get(workflow);
    if (known) return (id) => known.get(id) ?? 0;
    const what = `durations of ${workflow.metadata.uid}`;
    holes.add(what, async () => void this.seconds.set(workflow, await this.read(workflow)));
    return undefined;
  }

  /** An estimate is a courtesy: nodes that cannot be had are not worth a failure. */
  private async read(workflow: Workflow): Promise<ReadonlyMap<string, number>> {
    try {
      const { state } = await this.nodes.read(workflow);
      return new Map([...state.nodes.values()].map((node) => [node.id, secondsOf(node)]));
    } catch {
      return new Map();
    }
  }
}
