import { useEffect, useState } from 'react';
import { client } from '../../graphql/client.js';
import { RunPageChangedDocument, RunPageDocument, RunStepsDocument } from '../../gql/operations.js';
import type { RunPageRunFragment, StepFragment } from '../../gql/operations.js';

/** Changes that come within this time are read at once. */
const SETTLE_MS = 150;

export interface LiveRun {
  readonly run: RunPageRunFragment | null | undefined;
  readonly steps: readonly StepFragment[];
  readonly error: string | undefined;
}

async function readSteps(id: string): Promise<StepFragment[]> {
  const steps: StepFragment[] = [];
  for (let after: string | null = null; ;) {
    const page: {
      data?: {
        run: { nodes: { nodes: StepFragment[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } } | null;
      };
    } = await client.query(RunStepsDocument, { id, after }).toPromise();
    const nodes = page.data?.run?.nodes;
    steps.push(...(nodes?.nodes ?? []));
    if (!nodes?.pageInfo.hasNextPage) return steps;
    after = nodes.pageInfo.endCursor;
  }
}

/** A run and its steps, read anew whenever the server says that it changed. Undefined while loading, null when there is none. */
export function useLiveRun(id: string): LiveRun {
  const [state, setState] = useState<LiveRun>({ run: undefined, steps: [], error: undefined });
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async (): Promise<void> => {
      timer = undefined;
      const [{ data, error }, steps] = await Promise.all([
        client.query(RunPageDocument, { id }).toPromise(),
        readSteps(id),
      ]);
      if (current) setState({ run: data ? data.run : undefined, steps, error: error?.message });
    };
    void read();
    const { unsubscribe } = client
      .subscription(RunPageChangedDocument, { id })
      .subscribe(() => (timer ??= setTimeout(() => void read(), SETTLE_MS)));
    return () => {
      current = false;
      clearTimeout(timer);
      unsubscribe();
    };
  }, [id]);
  return state;
}
