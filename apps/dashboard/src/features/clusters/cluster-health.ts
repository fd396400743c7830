import type { ClusterCardFragment } from '../../gql/operations.js';

export type Health = 'good' | 'behind' | 'lost' | 'awaited';

/** News that are older than this are noticed by people. */
const BEHIND_MS = 5_000;

/** How a cluster is, from what it last said. */
export function healthOf({ state, lagMs }: Pick<ClusterCardFragment, 'state' | 'lagMs'>): Health {
  if (state === 'PENDING') return 'awaited';
  if (state === 'DISCONNECTED') return 'lost';
  return (lagMs ?? 0) > BEHIND_MS ? 'behind' : 'good';
}

/** `6 ms`, `1.2 s`, `3 min`. */
export function lagText(lagMs: number | null): string {
  if (lagMs === null) return '–';
  if (lagMs < 1000) return `${lagMs} ms`;
  if (lagMs < 60_000) return `${(lagMs / 1000).toFixed(1)} s`;
  return `${Math.round(lagMs / 60_000)} min`;
}

const LONGEST_MS = 60_000;
/** A lag's height from 0 to 1. Logarithmic: the difference of 10 and 100 ms counts as much as that of 1 and 10 s. */
export const lagHeight = (lagMs: number): number =>
  Math.min(1, Math.log10(1 + Math.max(0, lagMs)) / Math.log10(1 + LONGEST_MS));

/** Values of a lag line, oldest first. */
const MOST_VALUES = 60;
export const withLag = (values: readonly number[], lagMs: number | null): readonly number[] =>
  lagMs === null ? values : [...values, lagMs].slice(-MOST_VALUES);
