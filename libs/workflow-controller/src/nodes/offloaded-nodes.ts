import type { RunState, WorkflowPatch } from '@argosy/workflow-engine';
import { fnv1a32 } from '@argosy/workflow-engine';
import type { NodeStatus, WorkflowStatus } from '@argosy/workflow-spec';
import { NodesUnreadable } from './nodes-unreadable.js';
import type { Shard, ShardLimits } from './shards.js';
import { pack, packShards, shardCount, shardOf, unpack } from './shards.js';

type NodePatches = NonNullable<NonNullable<WorkflowPatch['status']>['nodes']>;
type Fields = Readonly<Record<string, unknown>>;

/**
 * Where the nodes of a run are: in shards, and what has changed since those were written on the object itself. The values of
 * what changed are in the state; here are only their names.
 */
export interface OffloadedNodes {
  readonly kind: 'offloaded';
  /** Name of each shard, by number; empty when it holds nothing. */
  readonly shards: readonly string[];
  /** Nodes that count no longer as the shards have them. */
  readonly gone: ReadonlySet<string>;
  /** Fields that differ from the shards, by node; all of them when the node is not there. */
  readonly changed: ReadonlyMap<string, ReadonlySet<string>>;
  /** Nodes that only got more children, and how many the shards know: a wide loop that grows is not written with each. */
  readonly grown: ReadonlyMap<string, number>;
  /** Shards that were found and do not count: garbage as soon as the object is written again. */
  readonly leftOver: readonly string[];
}

/** What stands in `status.compressedNodes` when the nodes are offloaded. */
interface Index {
  readonly shards: readonly string[];
  readonly gone: readonly string[];
  readonly changes: Readonly<Record<string, Fields>>;
  /** New children, after so many old ones. */
  readonly growth: Readonly<Record<string, Growth>>;
}
interface Growth {
  readonly after: number;
  readonly children: readonly string[];
}

export interface OffloadLimits {
  readonly shard: ShardLimits;
  /** What the changes on the object may come to before shards are written anew, compressed. */
  readonly changeBytes: number;
}

export interface Offload {
  readonly nodes: OffloadedNodes;
  readonly shards: readonly Shard[];
  readonly status: Required<Pick<WorkflowStatus, 'compressedNodes' | 'offloadNodeStatusVersion'>>;
}

export const NOTHING_OFFLOADED: OffloadedNodes = {
  kind: 'offloaded',
  shards: [],
  gone: new Set(),
  changed: new Map(),
  grown: new Map(),
  leftOver: [],
};

/** Everything counts as changed: for a run whose nodes were on the object so far. */
export function allChanged(state: RunState): OffloadedNodes {
  const changed = [...state.nodes].map(([id, node]) => [id, new Set(Object.keys(node))] as const);
  return { ...NOTHING_OFFLOADED, changed: new Map(changed) };
}

/** @param before the state that the shards and the changes so far come to */
export function withChanges(
  nodes: OffloadedNodes,
  patches: NodePatches,
  before: RunState,
  after: RunState,
): OffloadedNodes {
  const gone = new Set(nodes.gone);
  const changed = new Map(nodes.changed);
  const grown = new Map(nodes.grown);
  for (const [id, patch] of Object.entries(patches)) {
    const known = grown.get(id);
    grown.delete(id);
    if (patch === null) {
      gone.add(id);
      changed.delete(id);
      continue;
    }
    const fields = new Set([...(changed.get(id) ?? []), ...Object.keys(patch)]);
    const isOwn = gone.has(id) || changed.get(id)?.has('children');
    const old = isOwn ? [] : childrenOf(before, id).slice(0, known);
    if (known !== undefined) fields.add('children');
    if (fields.has('children') && old.length > 0 && beginsWith(childrenOf(after, id), old)) {
      fields.delete('children');
      grown.set(id, old.length);
    }
    changed.set(id, fields);
  }
  return { ...nodes, gone, changed, grown };
}

const childrenOf = (state: RunState, id: string): readonly string[] => state.nodes.get(id as never)?.children ?? [];
const beginsWith = (list: readonly string[], start: readonly string[]): boolean =>
  list.length >= start.length && start.every((item, index) => list[index] === item);

/** What has to be written so that `nodes` can be read back; shards of their own only when the changes are too many. */
export async function offload(
  nodes: OffloadedNodes,
  state: RunState,
  limits: OffloadLimits,
  base: string,
): Promise<Offload> {
  const status = await statusOf(nodes, state);
  const bare = await statusOf({ ...NOTHING_OFFLOADED, shards: nodes.shards }, state);
  // The names of the shards stand there either way; only the changes can go elsewhere.
  const length = status.compressedNodes.length - bare.compressedNodes.length;
  if (length <= limits.changeBytes) return { nodes, shards: [], status };
  const sizes = sizesOf(nodes, state);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  // Half of the room is left for what comes, so that the cost of a shard is that of many changes.
  const mayStay = (total * limits.changeBytes) / length / 2;
  const written = await writeShards(nodes, state, heaviest(sizes, total - mayStay), limits.shard, base);
  return { ...written, status: await statusOf(written.nodes, state) };
}

async function writeShards(
  nodes: OffloadedNodes,
  state: RunState,
  indexes: ReadonlySet<number>,
  limits: ShardLimits,
  base: string,
): Promise<Pick<Offload, 'nodes' | 'shards'>> {
  const present = nodes.shards.length;
  let count = Math.max(present, shardCount(state.nodes.size, limits.nodes));
  let shards = count === present ? await packShards(state.nodes, indexes, count, limits, base) : null;
  if (shards) return { shards, nodes: movedToShards(nodes, indexes, shards) };
  if (count === present) count *= 2;
  for (; ; count *= 2) {
    const all = Array.from({ length: count }, (_, index) => index);
    shards = await packShards(state.nodes, all, count, limits, base);
    const empty = { ...NOTHING_OFFLOADED, shards: all.map(() => '') };
    if (shards) return { shards, nodes: movedToShards(empty, new Set(all), shards) };
  }
}

function movedToShards(nodes: OffloadedNodes, indexes: ReadonlySet<number>, shards: readonly Shard[]): OffloadedNodes {
  const { length } = nodes.shards;
  const stays = (id: string): boolean => !indexes.has(shardOf(id, length));
  const names = new Map(shards.map(({ index, name }) => [index, name]));
  return {
    kind: 'offloaded',
    shards: nodes.shards.map((name, index) => (indexes.has(index) ? (names.get(index) ?? '') : name)),
    gone: new Set([...nodes.gone].filter(stays)),
    changed: new Map([...nodes.changed].filter(([id]) => stays(id))),
    grown: new Map([...nodes.grown].filter(([id]) => stays(id))),
    leftOver: nodes.leftOver,
  };
}

/** How much of the changes belongs to each shard. */
function sizesOf({ shards, gone, changed, grown }: OffloadedNodes, state: RunState): Map<number, number> {
  const sizes = new Map<number, number>();
  const count = Math.max(1, shards.length);
  const add = (id: string, size: number): void => {
    const index = shardOf(id, count);
    sizes.set(index, (sizes.get(index) ?? 0) + size);
  };
  for (const id of gone) add(id, id.length);
  for (const [id, fields] of changed) add(id, id.length + JSON.stringify(fieldsOf(state, id, fields)).length);
  for (const [id, known] of grown) add(id, id.length + JSON.stringify(growthOf(state, id, known)).length);
  return sizes;
}

/** The fewest shards that take up this much. */
function heaviest(sizes: ReadonlyMap<number, number>, toGo: number): Set<number> {
  const chosen = new Set<number>();
  let left = toGo;
  for (const [index, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
    if (left <= 0) break;
    chosen.add(index);
    left -= size;
  }
  return chosen;
}

function fieldsOf(state: RunState, id: string, fields: ReadonlySet<string>): Fields {
  const node: Fields = { ...state.nodes.get(id as never) };
  return Object.fromEntries([...fields].map((field) => [field, node[field] ?? null]));
}

const growthOf = (state: RunState, id: string, known: number): Growth => ({
  after: known,
  children: childrenOf(state, id).slice(known),
});

async function statusOf({ shards, gone, changed, grown }: OffloadedNodes, state: RunState): Promise<Offload['status']> {
  const changes = Object.fromEntries([...changed].map(([id, fields]) => [id, fieldsOf(state, id, fields)]));
  const growth = Object.fromEntries([...grown].map(([id, known]) => [id, growthOf(state, id, known)]));
  const index: Index = { shards, gone: [...gone], changes, growth };
  const compressedNodes = (await pack(index)).toString('base64');
  return { compressedNodes, offloadNodeStatusVersion: versionOf(compressedNodes) };
}

const versionOf = (compressedNodes: string): string => `fnv:${fnv1a32(compressedNodes)}`;

export interface OffloadedIndex {
  readonly nodes: OffloadedNodes;
  /** Puts the nodes together; undefined when a shard is missing. Throws NodesUnreadable. */
  assemble(shards: ReadonlyMap<string, Uint8Array>): Record<string, NodeStatus> | undefined;
}

/** Reads what the object says of its offloaded nodes. Throws NodesUnreadable. */
export function readIndex({ compressedNodes, offloadNodeStatusVersion }: WorkflowStatus): OffloadedIndex {
  if (!compressedNodes) throw new NodesUnreadable('the nodes are in a database of Argo, which is not read');
  if (versionOf(compressedNodes) !== offloadNodeStatusVersion)
    throw new NodesUnreadable('the list of offloaded nodes is not the one that was written with this version');
  const { shards, gone, changes, growth } = readable(Buffer.from(compressedNodes, 'base64')) as Index;
  const changed = Object.entries(changes).map(([id, fields]) => [id, new Set(Object.keys(fields))] as const);
  return {
    nodes: {
      kind: 'offloaded',
      shards,
      gone: new Set(gone),
      changed: new Map(changed),
      grown: new Map(Object.entries(growth).map(([id, { after }]) => [id, after])),
      leftOver: [],
    },
    assemble(stored) {
      const nodes: Record<string, NodeStatus> = {};
      for (const name of shards.filter(Boolean)) {
        const bytes = stored.get(name);
        if (!bytes) return undefined;
        Object.assign(nodes, readable(bytes));
      }
      for (const id of gone) delete nodes[id];
      for (const [id, fields] of Object.entries(changes)) nodes[id] = withFields(nodes[id], fields);
      for (const [id, { after, children }] of Object.entries(growth)) {
        const known = nodes[id]?.children?.slice(0, after) ?? [];
        nodes[id] = withFields(nodes[id], { children: [...known, ...children] });
      }
      return nodes;
    },
  };
}

function readable(bytes: Uint8Array): object {
  try {
    return unpack(bytes) as object;
  } catch (cause) {
    throw new NodesUnreadable(`the offloaded nodes cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function withFields(node: NodeStatus | undefined, fields: Fields): NodeStatus {
  const all: Fields = { ...node, ...fields };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as unknown as NodeStatus;
}
