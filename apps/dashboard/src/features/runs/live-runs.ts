import { useEffect, useState } from 'react';
import { client } from '../../graphql/client.js';
import { RunListChangedDocument, RunListDocument } from '../../gql/operations.js';
import type { RunFilter, RunRowFragment } from '../../gql/operations.js';

const PAGE = 50;

export interface LiveRuns {
  readonly runs: readonly RunRowFragment[];
  readonly totalCount: number;
  readonly loading: boolean;
  readonly error: string | undefined;
  readonly more: (() => void) | undefined;
}

/** A changed run takes its place; a new one comes on top. */
export function merged(runs: readonly RunRowFragment[], changed: RunRowFragment): RunRowFragment[] {
  return runs.some(({ id }) => id === changed.id)
    ? runs.map((run) => (run.id === changed.id ? changed : run))
    : [changed, ...runs];
}

/** The runs that match, newest first, kept up to date. */
export function useLiveRuns(filter: RunFilter): LiveRuns {
  const [runs, setRuns] = useState<readonly RunRowFragment[]>([]);
  const [state, setState] = useState<{ totalCount: number; next: string | null; loading: boolean; error?: string }>({
    totalCount: 0,
    next: null,
    loading: true,
  });
  const [after, setAfter] = useState<string | null>(null);
  const key = JSON.stringify(filter);
  useEffect(() => {
    setRuns([]);
    setAfter(null);
  }, [key]);
  useEffect(() => {
    let current = true;
    setState((before) => ({ ...before, loading: true, error: undefined }));
    void client
      .query(RunListDocument, { filter: JSON.parse(key) as RunFilter, first: PAGE, after })
      .toPromise()
      .then(({ data, error }) => {
        if (!current) return;
        const page = data?.runs;
        if (page)
          setRuns((before) => [
            ...(after ? before : []),
            ...page.nodes.filter(({ id }) => !after || !before.some((run) => run.id === id)),
          ]);
        setState({
          totalCount: page?.totalCount ?? 0,
          next: page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null,
          loading: false,
          error: error?.message,
        });
      });
    return () => void (current = false);
  }, [key, after]);
  useEffect(() => {
    const { unsubscribe } = client
      .subscription(RunListChangedDocument, { filter: JSON.parse(key) as RunFilter })
      .subscribe(({ data }) => {
        if (!data) return;
        const { type, run } = data.runsChanged;
        setRuns((before) => (type === 'DELETED' ? before.filter(({ id }) => id !== run.id) : merged(before, run)));
      });
    return unsubscribe;
  }, [key]);
  const { next } = state;
  return {
    runs,
    totalCount: state.totalCount,
    loading: state.loading,
    error: state.error,
    more: next ? () => setAfter(next) : undefined,
  };
}
