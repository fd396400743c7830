import type { AgentFact, RunDelta } from './messages.js';

export const isFinalPhase = (phase: string): boolean =>
  phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';

/**
 * What the agent holds back while the outbox is long: states of runs, of which only the latest matters. First and final
 * states, log lines, events and results of commands always pass.
 */
export class FactBuffer {
  private readonly held = new Map<string, RunDelta>();

  get size(): number {
    return this.held.size;
  }

  /** Facts to write now, in order. */
  offer(fact: AgentFact, congested: boolean): AgentFact[] {
    if (fact.kind !== 'run' && fact.kind !== 'runDeleted') return [fact];
    const older = this.held.get(fact.uid);
    this.held.delete(fact.uid);
    if (fact.kind !== 'run') return older ? [older, fact] : [fact];
    const merged = older ? mergeDeltas(older, fact) : fact;
    // A run that nobody heard of yet is news, not a superseded state.
    if (!congested || isFinalPhase(fact.phase) || merged.manifest !== undefined) return [merged];
    this.held.set(fact.uid, merged);
    return [];
  }

  /** Everything held; for when the outbox has drained. */
  release(): AgentFact[] {
    const facts = [...this.held.values()];
    this.held.clear();
    return facts;
  }
}

/** One delta with the effect of both. */
export function mergeDeltas(older: RunDelta, newer: RunDelta): RunDelta {
  const manifest = newer.manifest ?? older.manifest;
  if (newer.full) return { ...newer, ...(manifest !== undefined && { manifest }) };
  const nodes = new Map([...older.nodes, ...newer.nodes].map((node) => [node.id, node]));
  return { ...newer, full: older.full, nodes: [...nodes.values()], ...(manifest !== undefined && { manifest }) };
}
