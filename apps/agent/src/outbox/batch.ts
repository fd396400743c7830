import type { AgentFact } from '@argosy/link-protocol';
import { MESSAGE_TARGET_BYTES, packFacts } from '@argosy/link-protocol';
import type { OutboxRecord } from './record.js';

/** Values by key that are as durable as the facts they came with. Null removes. */
export type MarkChanges = Readonly<Record<string, unknown>>;

export interface OutboxEntry {
  readonly facts: readonly AgentFact[];
  readonly marks: MarkChanges;
}

/**
 * Entries as records: several small ones share a number, one that is too large gets several. An entry's marks are in the
 * record of its last fact, so that they are never there without it.
 */
export function toRecords(entries: readonly OutboxEntry[], lastSeq: number): OutboxRecord[] {
  const drafts: { facts: string; marks: Record<string, unknown> }[] = [];
  for (const { facts, marks } of entries) {
    const texts = textsOf(facts);
    for (const [index, text] of texts.entries()) {
      const last = drafts.at(-1);
      const ownMarks = index === texts.length - 1 ? marks : {};
      if (last && last.facts.length + text.length <= MESSAGE_TARGET_BYTES) {
        last.facts = join(last.facts, text);
        Object.assign(last.marks, ownMarks);
      } else drafts.push({ facts: text, marks: { ...ownMarks } });
    }
  }
  let seq = lastSeq;
  return drafts.map(({ facts, marks }) => ({
    seq: facts === '' ? 0 : ++seq,
    facts,
    marks: JSON.stringify(marks),
  }));
}

function textsOf(facts: readonly AgentFact[]): string[] {
  if (facts.length === 0) return [''];
  const text = JSON.stringify(facts);
  return text.length <= MESSAGE_TARGET_BYTES ? [text] : packFacts(facts).map((part) => JSON.stringify(part));
}

const join = (a: string, b: string): string => (a === '' || b === '' ? a + b : `${a.slice(0, -1)},${b.slice(1)}`);
