import { useEffect, useRef, useState } from 'react';
import { client } from '../../../graphql/client.js';
import { live } from '../../../graphql/live.js';
import { StepLogDocument, StepLogPageDocument } from '../../../gql/operations.js';
import type { LogRowFragment } from '../../../gql/operations.js';

export interface LogSource {
  readonly runId: string;
  readonly nodeId: string;
  readonly container: string;
}
export interface Log {
  /** Grows in place: a hundred thousand lines are not copied whenever another one comes. */
  readonly lines: readonly LogRowFragment[];
  /** Changes whenever lines came. */
  readonly version: number;
  /** Lines that were stored when the log was opened. */
  readonly stored: number;
  readonly state: 'loading' | 'live' | 'complete' | 'failed';
}

/** As many as the server gives at once. */
const PAGE = 1000;
/** Lines that come within this time are drawn at once. */
const DRAW_MS = 100;

/** The stored lines page by page, then live ones. */
export function useLog({ runId, nodeId, container }: LogSource): Log {
  const lines = useRef<LogRowFragment[]>([]);
  const [log, setLog] = useState<Omit<Log, 'lines'>>({ version: 0, stored: 0, state: 'loading' });
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop: () => void = () => undefined;
    lines.current = [];
    setLog((before) => ({ version: before.version + 1, stored: 0, state: 'loading' }));
    const draw = (change: Partial<Log> = {}): void => {
      if (current) setLog((before) => ({ ...before, ...change, version: before.version + 1 }));
    };
    const add = (row: LogRowFragment): void => {
      // After a broken connection lines come again; what is known is not shown twice.
      if (row.number > (lines.current.at(-1)?.number ?? -1)) lines.current.push(row);
    };
    const follow = (): void => {
      const after = lines.current.at(-1)?.cursor ?? null;
      stop = live(StepLogDocument, { runId, nodeId, container, after }, ({ logLines }) => {
        add(logLines);
        timer ??= setTimeout(() => {
          timer = undefined;
          draw();
        }, DRAW_MS);
      });
    };
    const read = async (): Promise<void> => {
      for (let hasMore = true; hasMore && current;) {
        const variables = { runId, nodeId, container, first: PAGE, after: lines.current.at(-1)?.cursor ?? null };
        const { data, error } = await client.query(StepLogPageDocument, variables).toPromise();
        if (!current) return;
        if (error) return draw({ state: 'failed' });
        const page = data?.run?.node?.logs;
        page?.nodes.forEach(add);
        hasMore = page?.pageInfo.hasNextPage ?? false;
        const state = hasMore ? 'loading' : page?.complete ? 'complete' : 'live';
        draw({ stored: page?.totalCount ?? 0, state });
        if (state === 'live') follow();
      }
    };
    void read();
    return () => {
      current = false;
      clearTimeout(timer);
      stop();
    };
  }, [runId, nodeId, container]);
  return { ...log, lines: lines.current };
}
