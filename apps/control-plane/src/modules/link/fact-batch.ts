import { isFinalPhase, mergeDeltas } from '@argosy/link-protocol';
import type {
  AgentFact,
  CommandResult,
  JournalEvent,
  LogChunk,
  NodeDelta,
  RunDelta,
  RunDeleted,
} from '@argosy/link-protocol';

/** What some facts come to, so that each table is written once. */
export interface FactBatch {
  /** One delta per run, with the effect of all. */
  readonly runs: RunDelta[];
  readonly deleted: RunDeleted[];
  readonly events: JournalEvent[];
  readonly logs: LogChunk[];
  readonly results: CommandResult[];
}

/**
 * Folds facts in their order. A finished run is opened again by a complete state only (a retry sends one): a partial
 * one that says "running" is an echo of the past.
 */
export function foldFacts(facts: readonly AgentFact[]): FactBatch {
  const runs = new Map<string, RunDelta>();
  const batch: Omit<FactBatch, 'runs'> = { deleted: [], events: [], logs: [], results: [] };
  for (const fact of facts) {
    switch (fact.kind) {
      case 'run': {
        const before = runs.get(fact.uid);
        if (!before) runs.set(fact.uid, fact);
        else if (!reopens(before.phase, fact)) runs.set(fact.uid, mergeDeltas(before, fact));
        break;
      }
      case 'runDeleted':
        batch.deleted.push(fact);
        break;
      case 'event':
        batch.events.push(fact);
        break;
      case 'log':
        batch.logs.push(fact);
        break;
      case 'commandResult':
        batch.results.push(fact);
        break;
    }
  }
  return { runs: [...runs.values()], ...batch };
}

/** Whether the delta would open a finished run without saying everything about it. */
export const reopens = (phase: string, delta: RunDelta): boolean =>
  isFinalPhase(phase) && !delta.full && !isFinalPhase(delta.phase);

/** Argo writes phases as `Succeeded`, the history as `SUCCEEDED`. */
export const toRunPhase = (phase: string): string => phase.toUpperCase();
export const fromRunPhase = (phase: string): string => phase.charAt(0) + phase.slice(1).toLowerCase();

/** Columns of `run_node`, by their names. */
export interface NodeColumns {
  readonly node_id: string;
  readonly name: string;
  readonly type: string;
  readonly phase: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly status: NodeDelta['status'];
}

export const nodeColumns = ({ id, status }: NodeDelta): NodeColumns => ({
  node_id: id,
  name: textOr(status.name, id),
  type: textOr(status.type, ''),
  phase: toRunPhase(textOr(status.phase, '') || 'Pending'),
  started_at: timeOrNull(status.startedAt),
  finished_at: timeOrNull(status.finishedAt),
  status,
});

/** The part of a chunk at or behind a line; undefined when there is nothing new in it. */
export function chunkFrom(chunk: LogChunk, nextLine: number): LogChunk | undefined {
  const known = nextLine - chunk.firstLine;
  if (known <= 0) return chunk;
  if (known >= chunk.lines.length && !chunk.final) return undefined;
  return { ...chunk, firstLine: nextLine, lines: chunk.lines.slice(known), missingBefore: 0 };
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
const timeOrNull = (value: unknown): string | null =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null;
