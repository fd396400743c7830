import { useEffect, useState } from 'react';
import { client } from '../../../graphql/client.js';
import { live } from '../../../graphql/live.js';
import { StepLogDocument, StepLogPageDocument } from '../../../gql/operations.js';
import type { LogRowFragment, StepLogPageQuery } from '../../../gql/operations.js';
import { LogLines } from './log-lines.js';

export interface LogSource {
  readonly runId: string;
  readonly nodeId: string;
  readonly container: string;
}
export interface Log {
  /** Undefined where a line has not been read yet. Grows in place; the version tells that it did. */
  readonly lines: readonly (LogRowFragment | undefined)[];
  readonly version: number;
  /** How many of the lines have been read. */
  readonly known: number;
  readonly state: 'loading' | 'live' | 'complete' | 'failed';
}
type Page = NonNullable<NonNullable<NonNullable<StepLogPageQuery['run']>['node']>['logs']>;

/** As many as the server gives at once. */
const PAGE = 1000;
/** Lines that come within this time are drawn at once. */
const DRAW_MS = 100;

/** Reads the stored lines from both ends, follows the live ones, and says whenever there is something new to draw. */
function readLog(source: LogSource, onChange: (log: Omit<Log, 'version'>) => void): () => void {
  const lines = new LogLines();
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopFollowing: () => void = () => undefined;
  const tell = (state: Log['state']): void => {
    if (!stopped) onChange({ lines: lines.rows, known: lines.known, state });
  };
  const page = async (which: { first?: number; after?: string | null; last?: number }): Promise<Page | undefined> => {
    const variables = { ...source, first: null, after: null, last: null, ...which };
    const { data, error } = await client.query(StepLogPageDocument, variables).toPromise();
    if (error) throw error;
    return data?.run?.node?.logs;
  };
  const follow = (after: string | null): void => {
    if (stopped) return;
    stopFollowing = live(StepLogDocument, { ...source, after }, ({ logLines }) => {
      lines.addLive(logLines);
      timer ??= setTimeout(() => {
        timer = undefined;
        tell(lines.isWhole ? 'live' : 'loading');
      }, DRAW_MS);
    });
  };
  const read = async (): Promise<void> => {
    let next = await page({ first: PAGE });
    lines.addNext(next?.nodes ?? [], next?.totalCount ?? 0);
    const end = next?.pageInfo.hasNextPage ? await page({ last: PAGE }) : next;
    if (end && end !== next) lines.addLast(end.nodes, end.totalCount);
    if (!end?.complete) follow(end?.pageInfo.endCursor ?? null);
    while (!lines.isWhole && next?.pageInfo.hasNextPage && !stopped) {
      tell('loading');
      next = await page({ first: PAGE, after: next.pageInfo.endCursor });
      lines.addNext(next?.nodes ?? [], 0);
    }
    tell(end?.complete ? 'complete' : 'live');
  };
  read().catch(() => tell('failed'));
  return () => {
    stopped = true;
    clearTimeout(timer);
    stopFollowing();
  };
}

export function useLog({ runId, nodeId, container }: LogSource): Log {
  const [log, setLog] = useState<Log>({ lines: [], version: 0, known: 0, state: 'loading' });
  useEffect(() => {
    setLog(({ version }) => ({ lines: [], version: version + 1, known: 0, state: 'loading' }));
    return readLog({ runId, nodeId, container }, (now) => setLog(({ version }) => ({ ...now, version: version + 1 })));
  }, [runId, nodeId, container]);
  return log;
}
