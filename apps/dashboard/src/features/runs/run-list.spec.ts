import { describe, expect, it } from '@jest/globals';
import type { RunListQuery, RunRowFragment } from '../../gql/operations.js';
import { changed, emptyList, extended, opened, shownFresh } from './run-list.js';

const run = (id: string, minute: number, phase = 'RUNNING'): RunRowFragment =>
  ({ id, phase, createdAt: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z` }) as RunRowFragment;
const page = (runs: RunRowFragment[], endCursor: string | null = null): RunListQuery['runs'] =>
  ({ nodes: runs, totalCount: 9, pageInfo: { hasNextPage: endCursor !== null, endCursor } }) as RunListQuery['runs'];
const ids = (runs: readonly RunRowFragment[]): string[] => runs.map(({ id }) => id);

describe('a list of runs', () => {
  const list = opened(page([run('b', 20), run('a', 10)], 'more'));

  it('holds new runs back until they are asked for, newest first', () => {
    const waiting = changed(changed(list, 'CREATED', run('c', 30), true), 'CREATED', run('d', 40), true);
    expect([ids(waiting.runs), ids(waiting.fresh)]).toEqual([
      ['b', 'a'],
      ['d', 'c'],
    ]);
    const shown = shownFresh(waiting);
    expect([ids(shown.runs), shown.fresh]).toEqual([['d', 'c', 'b', 'a'], []]);
  });

  it('shows the first run at once', () =>
    expect(ids(changed(emptyList, 'CREATED', run('a', 10), true).runs)).toEqual(['a']));

  it('keeps a run in its place when it leaves the filter, with its new phase', () => {
    const after = changed(list, 'UPDATED', run('b', 20, 'SUCCEEDED'), false);
    expect(after.runs[0]).toMatchObject({ id: 'b', phase: 'SUCCEEDED' });
  });

  it('leaves out what does not match, and what belongs to a page that is not read yet', () => {
    expect(changed(list, 'UPDATED', run('x', 30), false)).toBe(list);
    expect(changed(list, 'UPDATED', run('old', 5), true)).toBe(list);
  });

  it('forgets deleted runs, shown or waiting', () => {
    const waiting = changed(list, 'CREATED', run('c', 30), true);
    const after = changed(changed(waiting, 'DELETED', run('c', 30), true), 'DELETED', run('a', 10), true);
    expect([ids(after.runs), after.fresh, after.totalCount]).toEqual([['b'], [], 8]);
  });

  it('goes on with the next page without doubles', () =>
    expect(ids(extended(list, page([run('a', 10), run('z', 1)])).runs)).toEqual(['b', 'a', 'z']));
});
