import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '@argosy/kube';
import type { AgentFact } from '@argosy/link-protocol';
import { MESSAGE_TARGET_BYTES } from '@argosy/link-protocol';
import { Outbox } from './outbox.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'outbox-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const fact = (id: string): AgentFact => ({ kind: 'commandResult', commandId: id, ok: true });
const idsIn = (facts: string | undefined): string[] =>
  (JSON.parse(facts ?? '[]') as { commandId: string }[]).map(({ commandId }) => commandId);
async function everything(outbox: Outbox): Promise<string[]> {
  const ids: string[] = [];
  for (let seq = outbox.firstSeq; seq <= outbox.lastSeq; seq++) ids.push(...idsIn(await outbox.read(seq)));
  return ids;
}
const segmentFiles = (): string[] =>
  readdirSync(dir)
    .sort()
    .map((name) => join(dir, name));

describe('the outbox', () => {
  it('gives back after a restart what it promised, with the marks', async () => {
    const outbox = new Outbox({ dir });
    expect(outbox.start).toEqual({ state: 'new' });
    await outbox.append([fact('a'), fact('b')], { 'log:1': { line: 2 }, gone: 1 });
    await outbox.append([], { gone: null });
    await outbox.append([fact('c')]);
    await outbox.close();
    const again = new Outbox({ dir });
    expect(again.start).toEqual({ state: 'clean' });
    expect(again.streamId).toBe(outbox.streamId);
    expect(Object.fromEntries(again.marks)).toEqual({ 'log:1': { line: 2 } });
    expect(await everything(again)).toEqual(['a', 'b', 'c']);
    await again.append([fact('d')]);
    expect(await everything(again)).toEqual(['a', 'b', 'c', 'd']);
    await again.close();
  });

  it('writes what is said at once with one number', async () => {
    const outbox = new Outbox({ dir });
    await Promise.all(['a', 'b', 'c'].map((id) => outbox.append([fact(id)], { [id]: id })));
    expect([outbox.firstSeq, outbox.lastSeq, outbox.depth]).toEqual([1, 1, 1]);
    expect(await everything(outbox)).toEqual(['a', 'b', 'c']);
    await outbox.close();
  });

  it('gives an entry that is larger than a message several numbers, and its marks with the last', async () => {
    const outbox = new Outbox({ dir });
    const nodes = Array.from({ length: 3 }, (_, index) => ({
      id: `n${index}`,
      status: { outputs: 'x'.repeat(MESSAGE_TARGET_BYTES / 2) },
    }));
    const head = { uid: 'u', namespace: 'n', name: 'n', labels: {}, annotations: {}, message: '', progress: '' };
    const times = { createdAt: '2026-01-01T00:00:00Z', startedAt: null, finishedAt: null };
    const rest = { phase: 'Running' as const, suspended: false, outputs: null, nodeCount: 3, epoch: 0 };
    await outbox.append([{ kind: 'run', ...head, ...times, ...rest, nodes, full: true }], { done: true });
    expect(outbox.lastSeq).toBeGreaterThan(1);
    await outbox.close();
    truncateSync(segmentFiles()[0] as string, statSync(segmentFiles()[0] as string).size - 1);
    const again = new Outbox({ dir });
    expect(again.lastSeq).toBe(outbox.lastSeq - 1);
    expect(again.marks.size).toBe(0);
  });

  it('keeps what is not acknowledged and removes whole segments of what is, marks surviving', async () => {
    const outbox = new Outbox({ dir, segmentBytes: 300 });
    for (let n = 1; n <= 20; n++) await outbox.append([fact(`f${n}`)], { [`m${n % 3}`]: n });
    expect(segmentFiles().length).toBeGreaterThan(3);
    outbox.forget(15);
    expect(outbox.firstSeq).toBeLessThanOrEqual(16);
    expect(outbox.depth).toBe(5);
    expect(await outbox.read(1)).toBeUndefined();
    expect(idsIn(await outbox.read(16))).toEqual(['f16']);
    outbox.forget(20);
    expect(segmentFiles()).toHaveLength(1);
    await outbox.close();
    const again = new Outbox({ dir });
    expect(again.lastSeq).toBe(20);
    expect(Object.fromEntries(again.marks)).toEqual({ m0: 18, m1: 19, m2: 20 });
    expect(again.streamId).toBe(outbox.streamId);
  });

  it('comes back with a prefix of what was written, wherever the last write was cut off', async () => {
    const outbox = new Outbox({ dir, segmentBytes: 400 });
    for (let n = 1; n <= 8; n++) await outbox.append([fact(`f${n}`)], { last: n });
    await outbox.close();
    const files = segmentFiles();
    const last = files.at(-1) as string;
    const copy = mkdtempSync(join(tmpdir(), 'outbox-cut-'));
    for (let size = 0; size <= statSync(last).size; size++) {
      rmSync(copy, { recursive: true });
      cpSync(dir, copy, { recursive: true });
      truncateSync(join(copy, last.slice(dir.length + 1)), size);
      const cut = new Outbox({ dir: copy });
      expect(cut.start.state).not.toBe('damaged');
      expect(cut.streamId).toBe(outbox.streamId);
      const ids = await everything(cut);
      expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => `f${index + 1}`));
      expect(cut.marks.get('last')).toBe(ids.length);
      // Writing costs a real fdatasync each.
      if (size % 8 > 0) continue;
      await cut.append([fact('next')]);
      await cut.close();
      expect(await everything(new Outbox({ dir: copy }))).toEqual([...ids, 'next']);
    }
    rmSync(copy, { recursive: true });
  }, 60_000);

  it('begins a new stream when something in the middle is damaged, whichever byte', async () => {
    const outbox = new Outbox({ dir });
    for (let n = 1; n <= 4; n++) await outbox.append([fact(`f${n}`)]);
    await outbox.close();
    const [file = ''] = segmentFiles();
    const good = readFileSync(file);
    const lastRecord = good.length / 5 + 20;
    for (let at = 0; at < good.length - lastRecord - 60; at += 7) {
      const bad = Buffer.from(good);
      bad.writeUInt8((bad.readUInt8(at) + 1) % 256, at);
      writeFileSync(file, bad);
      const damaged = new Outbox({ dir });
      expect({ at, state: damaged.start.state }).toEqual({ at, state: 'damaged' });
      expect(damaged.streamId).not.toBe(outbox.streamId);
      expect([damaged.firstSeq, damaged.lastSeq, damaged.marks.size]).toEqual([1, 0, 0]);
    }
  });

  it('begins a new stream when a segment is missing', async () => {
    const outbox = new Outbox({ dir, segmentBytes: 200 });
    for (let n = 1; n <= 10; n++) await outbox.append([fact(`f${n}`)]);
    await outbox.close();
    rmSync(segmentFiles()[1] as string);
    expect(new Outbox({ dir }).start.state).toBe('damaged');
  });

  it('waits while the disk is full, and loses nothing', async () => {
    const retries: (() => void)[] = [];
    const clock: Clock = { now: () => 0, after: (_delay, run) => (retries.push(run), () => undefined) };
    let tellStall: (error: Error) => void = () => undefined;
    const stalled = new Promise<Error>((resolve) => (tellStall = resolve));
    const outbox = new Outbox({ dir, clock, segmentBytes: 1, onStall: (error) => tellStall(error) });
    await outbox.append([fact('a')]);
    const full = join(dir, '000000000002.seg');
    symlinkSync('/dev/full', full);
    const append = outbox.append([fact('b')]);
    expect((await stalled).message).toContain('ENOSPC');
    expect(outbox.stalled).toBeDefined();
    expect(await everything(outbox)).toEqual(['a']);
    rmSync(full);
    const after = outbox.append([fact('c')]);
    for (const retry of retries.splice(0)) retry();
    await Promise.all([append, after]);
    expect(outbox.stalled).toBeUndefined();
    expect(await everything(outbox)).toEqual(['a', 'b', 'c']);
    await outbox.close();
  });

  it('forgets everything for a new stream', async () => {
    const outbox = new Outbox({ dir });
    await outbox.append([fact('a')], { mark: 1 });
    const { streamId } = outbox;
    await outbox.startNewStream();
    expect(outbox.streamId).not.toBe(streamId);
    await outbox.append([fact('b')]);
    expect([outbox.lastSeq, outbox.marks.size]).toEqual([1, 0]);
    await outbox.close();
    expect(await everything(new Outbox({ dir }))).toEqual(['b']);
    await expect(outbox.append([fact('c')])).rejects.toThrow('closed');
  });
});
