import type { AgentFact, LogChunk, RunDelta } from './messages.js';
import { MESSAGE_TARGET_BYTES } from './wire.js';

/**
 * Divides facts into messages, keeping their order. A run with many nodes and a log with many lines are cut into several
 * facts that mean the same one after the other; a fact that cannot be cut gets a message of its own.
 */
export function packFacts(facts: readonly AgentFact[], targetBytes = MESSAGE_TARGET_BYTES): AgentFact[][] {
  const messages: AgentFact[][] = [];
  let current: AgentFact[] = [];
  let size = 0;
  for (const fact of facts.flatMap((whole) => cut(whole, targetBytes))) {
    const bytes = sizeOf(fact);
    if (current.length > 0 && size + bytes > targetBytes) {
      messages.push(current);
      current = [];
      size = 0;
    }
    current.push(fact);
    size += bytes;
  }
  if (current.length > 0) messages.push(current);
  return messages;
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1;

function cut(fact: AgentFact, targetBytes: number): AgentFact[] {
  if (sizeOf(fact) <= targetBytes) return [fact];
  if (fact.kind === 'run') return cutRun(fact, targetBytes);
  if (fact.kind === 'log') return cutLog(fact, targetBytes);
  return [fact];
}

/** The first part may replace the set of nodes, the others add to it. */
function cutRun(delta: RunDelta, targetBytes: number): RunDelta[] {
  const { nodes, manifest, ...head } = delta;
  const parts = inPieces(nodes, targetBytes - sizeOf(head), manifest === undefined ? 0 : sizeOf(manifest));
  return parts.map((part, index) => ({
    ...head,
    ...(index === 0 && manifest !== undefined && { manifest }),
    full: head.full && index === 0,
    nodes: part,
  }));
}

function cutLog(chunk: LogChunk, targetBytes: number): LogChunk[] {
  const { lines, ...head } = chunk;
  const parts = inPieces(lines, targetBytes - sizeOf(head), 0);
  let firstLine = chunk.firstLine;
  return parts.map((part, index) => {
    const piece: LogChunk = {
      ...head,
      firstLine,
      lines: part,
      missingBefore: index === 0 ? chunk.missingBefore : 0,
      final: chunk.final && index === parts.length - 1,
    };
    firstLine += part.length;
    return piece;
  });
}

/** Cuts where the next item would not fit any more; at least one piece, at least one item in each of the others. */
function inPieces<T>(items: readonly T[], roomBytes: number, alreadyInFirst: number): T[][] {
  const pieces: T[][] = [[]];
  let size = alreadyInFirst;
  for (const item of items) {
    const bytes = sizeOf(item);
    if (size > 0 && size + bytes > roomBytes) {
      pieces.push([]);
      size = 0;
    }
    pieces.at(-1)?.push(item);
    size += bytes;
  }
  return pieces;
}
