import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gunzipSync, gzip } from 'node:zlib';
import { fnv1a32 } from '@argosy/workflow-engine';
import type { NodeStatus } from '@argosy/workflow-spec';

const gzipAsync = promisify(gzip);
/** More than any workflow that fits into a cluster; a bomb does not get past it. */
const MOST_BYTES = 512 * 1024 * 1024;
/** So many shards are never needed; it ends the search when a single node is too large. */
const MOST_SHARDS = 4096;

export type Nodes = Iterable<readonly [string, NodeStatus]>;

/** A shard that is to be written: where it belongs, what it is called and what is in it. */
export interface Shard {
  readonly index: number;
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ShardLimits {
  /** Nodes for which one shard is planned. */
  readonly nodes: number;
  /** What one shard may hold, compressed. */
  readonly bytes: number;
}

/** A power of two, so that a growing run seldom moves its nodes. */
export const shardCount = (nodes: number, perShard: number): number =>
  2 ** Math.ceil(Math.log2(Math.max(1, nodes / perShard)));

export const shardOf = (nodeId: string, count: number): number => fnv1a32(nodeId) % count;

/** Which version of the object was there when a shard was written. */
export const baseOf = (shard: string): number => Number(shard.slice(0, shard.indexOf('-')));

export const pack = (value: unknown): Promise<Buffer> =>
  gzipAsync(JSON.stringify(value), { level: constants.Z_BEST_SPEED });

export const unpack = (bytes: Uint8Array): unknown =>
  JSON.parse(gunzipSync(bytes, { maxOutputLength: MOST_BYTES }).toString());

/** These of `count` shards, without empty ones; null when one does not fit and more shards would help. */
export async function packShards(
  nodes: Nodes,
  indexes: Iterable<number>,
  count: number,
  { bytes: most }: ShardLimits,
  base: string,
): Promise<Shard[] | null> {
  const groups = grouped(nodes, count);
  const packed: Shard[] = [];
  for (const index of indexes) {
    const group = groups[index] ?? [];
    if (group.length === 0) continue;
    const shard = await packShard(group, index, base);
    if (shard.bytes.length > most && group.length > 1 && count < MOST_SHARDS) return null;
    packed.push(shard);
  }
  return packed;
}

function grouped(nodes: Nodes, count: number): (readonly [string, NodeStatus])[][] {
  const groups: (readonly [string, NodeStatus])[][] = Array.from({ length: count }, () => []);
  for (const entry of nodes) groups[shardOf(entry[0], count)]?.push(entry);
  return groups;
}

/** Named after what is in it and when it was written: two controllers cannot mean different shards by one name. */
async function packShard(
  group: readonly (readonly [string, NodeStatus])[],
  index: number,
  base: string,
): Promise<Shard> {
  const bytes = await pack(Object.fromEntries(group));
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { index, name: `${base}-${index}-${hash}`, bytes };
}
