import type { RunChangeType, RunListQuery, RunRowFragment } from '../../gql/operations.js';

/** What a list of runs shows, newest first, and what it holds back so that nothing jumps under the pointer. */
export interface RunList {
  readonly runs: readonly RunRowFragment[];
  /** New runs that wait until the person asks for them, newest first. */
  readonly fresh: readonly RunRowFragment[];
  readonly totalCount: number;
  /** Cursor of what comes behind the last run; null when nothing does. */
  readonly next: string | null;
}
type Page = RunListQuery['runs'];

export const emptyList: RunList = { runs: [], fresh: [], totalCount: 0, next: null };

const nextOf = ({ pageInfo }: Page): string | null => (pageInfo.hasNextPage ? pageInfo.endCursor : null);

export const opened = (page: Page): RunList => ({
  runs: page.nodes,
  fresh: [],
  totalCount: page.totalCount,
  next: nextOf(page),
});

export function extended(list: RunList, page: Page): RunList {
  const known = new Set(list.runs.map(({ id }) => id));
  const behind = page.nodes.filter(({ id }) => !known.has(id));
  return { ...list, runs: [...list.runs, ...behind], totalCount: page.totalCount, next: nextOf(page) };
}

const replaced = (runs: readonly RunRowFragment[], run: RunRowFragment): readonly RunRowFragment[] =>
  runs.map((one) => (one.id === run.id ? run : one));

/** A run in the list changes where it is; one that is new waits, unless there is nothing that could jump. */
export function changed(list: RunList, type: RunChangeType, run: RunRowFragment, matches: boolean): RunList {
  const isShown = list.runs.some(({ id }) => id === run.id);
  const isFresh = list.fresh.some(({ id }) => id === run.id);
  if (type === 'DELETED') {
    if (!isShown && !isFresh) return list;
    const others = (runs: readonly RunRowFragment[]) => runs.filter(({ id }) => id !== run.id);
    return { ...list, runs: others(list.runs), fresh: others(list.fresh), totalCount: list.totalCount - 1 };
  }
  if (isShown) return { ...list, runs: replaced(list.runs, run) };
  if (isFresh) return { ...list, fresh: replaced(list.fresh, run) };
  const last = list.runs.at(-1);
  const isBehind = list.next !== null && last !== undefined && run.createdAt < last.createdAt;
  if (!matches || isBehind) return list;
  const totalCount = list.totalCount + 1;
  return list.runs.length === 0
    ? { ...list, runs: [run], totalCount }
    : { ...list, fresh: [run, ...list.fresh], totalCount };
}

export function shownFresh(list: RunList): RunList {
  const runs = [...list.fresh, ...list.runs].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  return { ...list, runs, fresh: [] };
}
