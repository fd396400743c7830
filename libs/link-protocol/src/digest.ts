import type { NodeDelta } from './messages.js';

/**
 * A finger print of a run's nodes, the same on both sides whatever the order of nodes and of keys. Kept up to date by
 * what changed, so that comparing thousands of runs after a gap costs nothing but their names.
 */
export class RunDigest {
  private readonly nodes = new Map<string, readonly [number, number]>();
  private high = 0;
  private low = 0;

  get nodeCount(): number {
    return this.nodes.size;
  }

  set({ id, status }: NodeDelta): void {
    const before = this.nodes.get(id) ?? [0, 0];
    const after = hash(`${id} ${canonical(status)}`);
    this.nodes.set(id, after);
    this.high = (this.high - before[0] + after[0]) >>> 0;
    this.low = (this.low - before[1] + after[1]) >>> 0;
  }

  /** @param phase of the run, part of the finger print */
  toString(phase: string): string {
    return `${phase}:${this.nodes.size}:${hex(this.high)}${hex(this.low)}`;
  }
}

export function runDigest(phase: string, nodes: Iterable<NodeDelta>): string {
  const digest = new RunDigest();
  for (const node of nodes) digest.set(node);
  return digest.toString(phase);
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** JSON with sorted keys; databases do not keep their order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((entry) => canonical(entry ?? null)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join()}}`;
}

/** 64 bits in two halves: FNV-1a and a multiplicative hash, each mixed at the end. Good against accidents, not against malice. */
function hash(text: string): readonly [number, number] {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b) ^ (low >>> 13);
  }
  return [mix(high), mix(low)];
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  return Math.imul(mixed, 0x846ca68b) >>> 0;
}
