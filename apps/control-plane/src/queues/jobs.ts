import { z } from 'zod';

const nothing = z.object({});

/** Every job there is, and what it is told. */
export const JOBS = {
  /** Deletes sessions, join tokens and tombstones that nobody can use any more. */
  'sweep-expired': nothing,
  /** Makes the partitions of the months to come. */
  'prepare-partitions': nothing,
  /** Hands on what transactions left in the outbox. */
  'relay-outbox': nothing,
  /** Deletes what hung on a purged run. */
  'clear-purged-run': z.object({ tenantId: z.uuid(), runId: z.uuid() }),
} as const;
export type JobName = keyof typeof JOBS;
export type JobPayload<Name extends JobName> = z.infer<(typeof JOBS)[Name]>;
/** One handler for each; a missing one does not compile. Run at least once, so each must be able to run again. */
export type JobHandlers = { readonly [Name in JobName]: (payload: JobPayload<Name>) => Promise<void> };

export const isJobName = (name: string): name is JobName => Object.hasOwn(JOBS, name);

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Jobs that come by themselves. */
export const SCHEDULE: readonly { readonly job: JobName; readonly everyMs: number }[] = [
  { job: 'relay-outbox', everyMs: 2 * SECOND },
  { job: 'sweep-expired', everyMs: HOUR },
  { job: 'prepare-partitions', everyMs: 12 * HOUR },
];
