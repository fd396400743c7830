import { durationMs } from '@argosy/workflow-spec';
import type { Memoize, Outputs, Template } from '@argosy/workflow-spec';
import type { Ending } from '../kernel/closing.js';
import type { RunDraft } from '../kernel/run-draft.js';
import type { StoreMemo } from '../model/command.js';
import type { Frame, StoringFrame } from '../model/frame.js';
import { formatTime, instant, parseTime } from '../model/instant.js';
import type { MemoEntry } from '../model/observation.js';

const KEY = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/;

/**
 * What a cache remembers of a call. Notes on the node that is about to be made that the cache was asked, so that its
 * outputs are kept. Undefined when the call has to run.
 * @throws when the key, the age or the cache is of no use; the node becomes Error
 */
export function recall(run: RunDraft, id: Frame['id'], { memoize }: Template): MemoEntry | undefined {
  if (!memoize || !run.world.memo) return undefined;
  const { key, cache, maxAge } = memoize;
  if (!KEY.test(key)) throw new Error(`invalid cache key: ${key}`);
  const maxAgeMs = ageOf(maxAge);
  const cacheName = cache.configMap.name;
  const { entry, problem } = run.world.memo(cacheName, key);
  if (problem !== null) throw new Error(problem);
  const isHit = entry !== null && entry.nodeID !== '' && isFresh(run, entry, maxAgeMs);
  run.prepare(id, { memoizationStatus: { hit: isHit, key, cacheName } });
  if (!isHit) return undefined;
  run.memosUsed.push({ cacheName, memoKey: key, entry });
  return entry;
}

function ageOf(maxAge: Memoize['maxAge']): number | null {
  if (!maxAge) return null;
  const ms = durationMs(maxAge);
  if (ms === null) throw new Error(`invalid maxAge: "${maxAge}" is no duration`);
  return ms;
}

const isFresh = (run: RunDraft, { creationTimestamp }: MemoEntry, maxAgeMs: number | null): boolean =>
  maxAgeMs === null || run.now - (parseTime(creationTimestamp) ?? 0) <= maxAgeMs;

/**
 * A call that has succeeded and whose outputs are to be remembered is not over before they are: what refuses them makes
 * the node Error. @returns whether the end has to wait
 */
export function keepOutputs(run: RunDraft, inner: Frame, ending: Ending): boolean {
  const memo = run.node(inner.id)?.memoizationStatus;
  const isWanted = ending.phase === 'Succeeded' && !ending.isKept && memo?.hit === false;
  if (!isWanted || run.world.memo === undefined || inner.kind === 'storing') return false;
  const { id, name, site, hooks, startedHooks, openHooks } = inner;
  if (ending.change) run.update(id, ending.change);
  run.setFrame({
    kind: 'storing',
    id,
    name,
    site,
    hooks,
    startedHooks,
    openHooks,
    inner,
    ending,
    since: instant(run.now),
  });
  run.emit(id, { type: 'StoreAnswered' });
  return true;
}

/** Whether the outputs are where they belong, or why they cannot be; null while nobody knows. */
export function storeAnswer(run: RunDraft, frame: StoringFrame): 'stored' | { readonly problem: string } | null {
  const command = storeMemo(run, frame);
  if (!command) return 'stored';
  const problem = run.world.memoRefusal?.(command.key);
  if (problem) return { problem };
  const { entry } = run.world.memo?.(command.cacheName, command.memoKey) ?? {};
  const isOurs = entry?.nodeID === frame.id && entry.creationTimestamp >= (run.node(frame.id)?.startedAt ?? '');
  return isOurs ? 'stored' : null;
}

export function storeMemo(run: RunDraft, { id, ending, since }: StoringFrame): StoreMemo | null {
  const node = run.node(id);
  const memo = node?.memoizationStatus;
  if (!memo) return null;
  const outputs: Outputs = ending.outputs ?? {};
  const at = formatTime(since);
  return {
    type: 'StoreMemo',
    key: `StoreMemo/${id}/${node.startedAt ?? ''}`,
    cacheName: memo.cacheName,
    memoKey: memo.key,
    entry: { nodeID: id, outputs, creationTimestamp: at, lastHitTimestamp: at },
    isCourtesy: false,
  };
}

/** Tells the caches when they were of use, for whoever tidies them up. Once, in the pass that used them. */
export const memoCommands = (run: RunDraft): StoreMemo[] =>
  run.memosUsed.map(({ cacheName, memoKey, entry }) => ({
    type: 'StoreMemo',
    key: `StoreMemo/${cacheName}/${memoKey}/${formatTime(run.now)}`,
    cacheName,
    memoKey,
    entry: { ...entry, lastHitTimestamp: formatTime(run.now) },
    isCourtesy: true,
  }));
