import { useEffect, useState } from 'react';
import type { CombinedError } from 'urql';
import { client } from '../../graphql/client.js';
import { faultText } from '../../graphql/fault.js';
import { onReconnect } from '../../graphql/link.js';
import { live } from '../../graphql/live.js';
import { RunPageChangedDocument, RunPageDocument, RunStepsDocument } from '../../gql/operations.js';
import type { RunPageRunFragment, RunStepsQuery, StepFragment } from '../../gql/operations.js';

/** Changes that come within this time are read at once. */
const SETTLE_MS = 150;
/** Reading a run of many steps takes long; at most this share of the time is spent with it. */
const READING_SHARE = 0.25;

type StepPage = NonNullable<RunStepsQuery['run']>['nodes'];

export interface LiveRun {
  readonly run: RunPageRunFragment | null | undefined;
  readonly steps: readonly StepFragment[];
  readonly error: string | undefined;
}

/** Undefined when they could not be read. */
async function readSteps(id: string): Promise<StepFragment[] | undefined> {
  const steps: StepFragment[] = [];
  for (let after: string | null = null; ;) {
    const answer: { data?: RunStepsQuery; error?: CombinedError } = await client
      .query(RunStepsDocument, { id, after })
      .toPromise();
    if (answer.error) return undefined;
    const page: StepPage | undefined = answer.data?.run?.nodes;
    steps.push(...(page?.nodes ?? []));
    if (!page?.pageInfo.hasNextPage) return steps;
    after = page.pageInfo.endCursor;
  }
}

/** A run and its steps, read anew whenever the server says that it changed. Undefined while loading, null when there is none. */
export function useLiveRun(id: string): LiveRun {
  const [state, setState] = useState<LiveRun>({ run: undefined, steps: [], error: undefined });
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let reading = false;
    let missed = false;
    const read = async (): Promise<void> => {
      timer = undefined;
      [reading, missed] = [true, false];
      const startedAt = performance.now();
      const [{ data, error }, steps] = await Promise.all([
        client.query(RunPageDocument, { id }).toPromise(),
        readSteps(id),
      ]);
      reading = false;
      if (!current) return;
      // What was shown stays when the server is away for a moment.
      setState((before) =>
        data
          ? { run: data.run, steps: steps ?? before.steps, error: undefined }
          : { ...before, error: faultText(error) },
      );
      if (missed) ask((performance.now() - startedAt) / READING_SHARE);
    };
    const ask = (wait = SETTLE_MS): void => {
      if (reading) missed = true;
      else timer ??= setTimeout(() => void read(), Math.max(wait, SETTLE_MS));
    };
    setState({ run: undefined, steps: [], error: undefined });
    void read();
    const stop = live(RunPageChangedDocument, { id }, () => ask());
    const stopListening = onReconnect(() => ask());
    return () => {
      current = false;
      clearTimeout(timer);
      stop();
      stopListening();
    };
  }, [id]);
  return state;
}
