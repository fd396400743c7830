import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FactBuffer, mergeDeltas } from './coalescing.js';
import { RunDigest, runDigest } from './digest.js';
import type { AgentFact, LogChunk, NodeDelta, RunDelta } from './messages.js';
import { packFacts } from './packing.js';
import { decodeAgentMessage, encodeMessage, LinkProtocolError } from './wire.js';

const at = '2026-01-02T03:04:05.000Z';
const run = (fields: Partial<RunDelta> = {}): RunDelta => ({
  kind: 'run',
  uid: 'u1',
  namespace: 'argo',
  name: 'wf',
  labels: {},
  annotations: {},
  createdAt: at,
  phase: 'Running',
  message: '',
  progress: '0/1',
  startedAt: at,
  finishedAt: null,
  suspended: false,
  outputs: null,
  nodeCount: 0,
  nodes: [],
  full: false,
  epoch: 0,
  ...fields,
});
const node = (id: string, phase = 'Running'): NodeDelta => ({ id, status: { phase, name: `wf.${id}` } });
const log = (fields: Partial<LogChunk> = {}): LogChunk => ({
  kind: 'log',
  uid: 'u1',
  nodeId: 'n1',
  podName: 'p1',
  container: 'main',
  firstLine: 0,
  lines: [],
  final: false,
  missingBefore: 0,
  ...fields,
});
/** Nodes as the receiver has them after these facts. */
function nodesAfter(facts: readonly AgentFact[]): Map<string, unknown> {
  const nodes = new Map<string, unknown>();
  for (const fact of facts) {
    if (fact.kind !== 'run') continue;
    if (fact.full) nodes.clear();
    for (const { id, status } of fact.nodes) nodes.set(id, status);
  }
  return nodes;
}
const arbitraryNodes = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    status: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
  }),
  { maxLength: 6 },
);

describe('packing facts into messages', () => {
  it('cuts a run with many nodes without changing what it means', () => {
    const nodes = Array.from({ length: 500 }, (_, index) => node(`n${index}`));
    const delta = run({ full: true, nodes, nodeCount: 500, manifest: { spec: 'x'.repeat(900) } });
    const messages = packFacts([run({ nodes: [node('old')] }), delta], 2000);
    expect(messages.length).toBeGreaterThan(10);
    for (const facts of messages) expect(JSON.stringify(facts).length).toBeLessThan(2100);
    expect(nodesAfter(messages.flat())).toEqual(nodesAfter([delta]));
    expect(messages.flat().filter((fact) => fact.kind === 'run' && fact.manifest !== undefined)).toHaveLength(1);
  });

  it('cuts a long log between lines and keeps their numbers', () => {
    const lines = Array.from({ length: 300 }, (_, index) => ({ at, text: `line ${index}` }));
    const pieces = packFacts([log({ firstLine: 7, lines, final: true, missingBefore: 2 })], 1000).flat() as LogChunk[];
    expect(pieces.length).toBeGreaterThan(3);
    expect(
      pieces.flatMap((piece) => piece.lines.map(({ text }, index) => `${piece.firstLine + index} ${text}`)),
    ).toEqual(lines.map(({ text }, index) => `${7 + index} ${text}`));
    expect(pieces.map(({ final }) => final)).toEqual([...pieces.slice(1).map(() => false), true]);
    expect(pieces.map(({ missingBefore }) => missingBefore)).toEqual([2, ...pieces.slice(1).map(() => 0)]);
  });

  it('gives a fact that cannot be cut a message of its own', () => {
    const big = run({ nodes: [{ id: 'n', status: { outputs: 'x'.repeat(5000) } }] });
    expect(packFacts([log(), big, log()], 1000).map((facts) => facts.length)).toEqual([1, 1, 1]);
  });
});

describe('holding back superseded states', () => {
  it('never changes what the receiver has in the end, nor the order of final states and events', () => {
    const fact = fc.oneof(
      fc.record({ nodes: arbitraryNodes, full: fc.boolean() }).map((fields) => run(fields)),
      fc.record({ nodes: arbitraryNodes }).map((fields) => run({ ...fields, phase: 'Failed', finishedAt: at })),
      fc.constant<AgentFact>({ kind: 'event', uid: 'u1', nodeId: null, reason: 'r', message: 'm', at }),
      fc.constant(log({ lines: [{ at, text: 'x' }] })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fact, fc.boolean()), { maxLength: 40 }), (facts) => {
        const buffer = new FactBuffer();
        const written = [...facts.flatMap(([each, congested]) => buffer.offer(each, congested)), ...buffer.release()];
        const all = facts.map(([each]) => each);
        expect(nodesAfter(written)).toEqual(nodesAfter(all));
        const kept = (each: AgentFact): boolean => each.kind !== 'run' || each.phase !== 'Running';
        expect(written.filter(kept).map(({ kind }) => kind)).toEqual(all.filter(kept).map(({ kind }) => kind));
      }),
    );
  });

  it('holds one state per run however many come', () => {
    const buffer = new FactBuffer();
    for (let n = 0; n < 100; n++) expect(buffer.offer(run({ nodes: [node(`n${n % 3}`)] }), true)).toEqual([]);
    expect(buffer.size).toBe(1);
    expect(buffer.release()).toMatchObject([{ nodes: [{ id: 'n0' }, { id: 'n1' }, { id: 'n2' }] }]);
  });

  it('lets the first state of a run pass, so that the run is known', () => {
    expect(new FactBuffer().offer(run({ manifest: {}, full: true }), true)).toHaveLength(1);
  });

  it('keeps the completeness of the older state', () => {
    const merged = mergeDeltas(
      run({ full: true, nodes: [node('a'), node('b')] }),
      run({ nodes: [node('b', 'Failed')] }),
    );
    expect(merged.full).toBe(true);
    expect(merged.nodes).toEqual([node('a'), node('b', 'Failed')]);
  });
});

describe('the digest of a run', () => {
  it('does not depend on the order of nodes or keys, nor on the way there', () => {
    fc.assert(
      fc.property(arbitraryNodes, arbitraryNodes, (before, after) => {
        const grown = new RunDigest();
        for (const each of [...before, ...after]) grown.set(each);
        const nodes = [...nodesAfter([run({ nodes: [...before, ...after] })])].map(([id, status]) => ({
          id,
          status: Object.fromEntries(Object.entries(status as object).reverse()),
        }));
        expect(runDigest('Running', nodes.reverse())).toBe(grown.toString('Running'));
      }),
    );
  });

  it('differs when a node, a value or the phase differs', () => {
    const digests = [
      runDigest('Running', []),
      runDigest('Failed', []),
      runDigest('Running', [node('a')]),
      runDigest('Running', [node('b')]),
      runDigest('Running', [node('a', 'Failed')]),
      runDigest('Running', [node('a'), node('b')]),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('takes an absent field for no field', () => {
    expect(runDigest('', [{ id: 'a', status: { x: undefined } }])).toBe(runDigest('', [{ id: 'a', status: {} }]));
  });
});

describe('messages as text', () => {
  it('come back as they were', () => {
    const message = { t: 'facts' as const, seq: 3, facts: [log({ lines: [{ at, text: 'a\ud83d\ude00\\u0000 "' }] })] };
    expect(decodeAgentMessage(encodeMessage(message))).toEqual(message);
  });

  it('never carry what a database cannot store', () => {
    const message = {
      t: 'facts' as const,
      seq: 3,
      facts: [log({ lines: [{ at, text: 'a\u0000b\ud800c\ud83d\ude00' }] })],
    };
    const decoded = decodeAgentMessage(encodeMessage(message));
    expect(decoded).toMatchObject({ facts: [{ lines: [{ text: 'a\ufffdb\ufffdc\ud83d\ude00' }] }] });
  });

  it('of another kind are refused with the reason', () => {
    expect(() => decodeAgentMessage('{"t":"facts","seq":-1,"facts":[]}')).toThrow(LinkProtocolError);
    expect(() => decodeAgentMessage('{"t":"facts","seq":-1,"facts":[]}')).toThrow(/seq/);
    expect(() => decodeAgentMessage('nonsense')).toThrow('not JSON');
  });
});
