import { useCallback, useEffect, useRef, useState } from 'react';
import { client } from '../../graphql/client.js';
import { faultText } from '../../graphql/fault.js';
import { onReconnect } from '../../graphql/link.js';
import { live } from '../../graphql/live.js';
import { RunListChangedDocument, RunListDocument } from '../../gql/operations.js';
import type { RunFilter } from '../../gql/operations.js';
import { changed, emptyList, extended, opened, shownFresh } from './run-list.js';
import type { RunList } from './run-list.js';

const PAGE = 50;

export interface LiveRuns extends RunList {
  readonly loading: boolean;
  readonly error: string | undefined;
  /** Reads what comes behind the last run; absent when nothing does. */
  readonly more: (() => void) | undefined;
  /** Puts the new runs on top. */
  readonly showFresh: () => void;
}

interface Reading {
  readonly loading: boolean;
  readonly error: string | undefined;
}

/** The runs that match, newest first, kept up to date. */
export function useLiveRuns(filter: RunFilter): LiveRuns {
  const [list, setList] = useState<RunList>(emptyList);
  const [{ loading, error }, setReading] = useState<Reading>({ loading: true, error: undefined });
  const key = JSON.stringify(filter);
  const round = useRef(0);
  const read = useCallback(
    async (after: string | null): Promise<void> => {
      const mine = ++round.current;
      setReading({ loading: true, error: undefined });
      const variables = { filter: JSON.parse(key) as RunFilter, first: PAGE, after };
      const { data, error: fault } = await client.query(RunListDocument, variables).toPromise();
      if (mine !== round.current) return;
      if (data) setList((before) => (after ? extended(before, data.runs) : opened(data.runs)));
      setReading({ loading: false, error: fault && faultText(fault) });
    },
    [key],
  );
  useEffect(() => {
    void read(null);
    return onReconnect(() => void read(null));
  }, [read]);
  useEffect(() => {
    // Phases change. A run that leaves the filter has to be heard of too, so that it does not stay as it was.
    const { phases, ...lasting } = JSON.parse(key) as RunFilter;
    const matches = (phase: string): boolean => !phases?.length || (phases as readonly string[]).includes(phase);
    return live(RunListChangedDocument, { filter: lasting }, ({ runsChanged: { type, run } }) =>
      setList((before) => changed(before, type, run, matches(run.phase))),
    );
  }, [key]);
  const { next } = list;
  return {
    ...list,
    loading,
    error,
    more: next ? () => void read(next) : undefined,
    showFresh: () => setList(shownFresh),
  };
}
