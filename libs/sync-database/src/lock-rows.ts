import type { RunRank } from '@argosy/workflow-engine';
import { ranksBefore } from '@argosy/workflow-engine';
import type pg from 'pg';
import type { ClaimRow } from './claim-rows.js';
import { toSecond } from './claim-rows.js';
import { limitName, runOfKey } from './lock-names.js';

export type LockRow = ClaimRow & { readonly controller: string };

/** All that the database says of a lock. Those who wait are left out while their controller is silent. */
export interface LockRows {
  /** Undefined when nobody has written any down. */
  readonly limit: number | undefined;
  readonly rows: readonly LockRow[];
}

export const NOW = `(now() AT TIME ZONE 'utc')`;
const COLUMNS = `name, workflowkey AS key, coalesce(held, false) AS held, coalesce(priority, 0) AS priority,
  coalesce(to_char(time, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '') AS "createdAt"`;

/** Holders always count: whoever is silent may be alive. */
export async function readLocks(
  client: pg.Pool | pg.ClientBase,
  names: readonly string[],
  inactiveSeconds: number,
): Promise<Map<string, LockRows>> {
  const limits = await client.query<{ name: string; sizelimit: number | null }>(
    'SELECT name, sizelimit FROM sync_limit WHERE name = ANY($1)',
    [names.map(limitName)],
  );
  const { rows } = await client.query<LockRow>(
    `SELECT controller, ${COLUMNS} FROM sync_state WHERE name = ANY($1) AND (held OR controller IN (
       SELECT controller FROM sync_controller WHERE time > ${NOW} - $2 * interval '1 second'
     )) ORDER BY name, workflowkey, controller`,
    [names, inactiveSeconds],
  );
  const limitOf = new Map(limits.rows.map(({ name, sizelimit }) => [name, sizelimit ?? undefined]));
  const isMutex = (name: string): boolean => name.startsWith('mtx/');
  return new Map(
    names.map((name) => [
      name,
      {
        limit: isMutex(name) ? 1 : limitOf.get(limitName(name)),
        rows: rows.filter((row) => row.name === name),
      },
    ]),
  );
}

/** What the database says that a controller has, by run. */
export async function readOwn(client: pg.Pool, controller: string): Promise<Map<string, ClaimRow[]>> {
  const { rows } = await client.query<ClaimRow>(`SELECT ${COLUMNS} FROM sync_state WHERE controller = $1`, [
    controller,
  ]);
  const byRun = new Map<string, ClaimRow[]>();
  for (const row of rows) {
    const run = runOfKey(row.key);
    byRun.set(run, [...(byRun.get(run) ?? []), row]);
  }
  return byRun;
}

export async function readOwnOfRun(client: pg.ClientBase, controller: string, run: string): Promise<ClaimRow[]> {
  const { rows } = await client.query<ClaimRow>(
    `SELECT ${COLUMNS} FROM sync_state
     WHERE controller = $1 AND (workflowkey = $2 OR left(workflowkey, length($2) + 1) = $2 || '/')`,
    [controller, run],
  );
  return rows;
}

export const isOf = (row: LockRow, controller: string, run: string): boolean =>
  row.controller === controller && runOfKey(row.key) === run;

/** Whether no run of another controller comes first. Who comes first within one is for that one to know. */
export function comesFirst({ rows }: LockRows, rank: RunRank, controller: string): boolean {
  const own = { ...rank, createdAt: toSecond(rank.createdAt), run: `${rank.run} ${controller}` };
  return !rows.some(
    ({ held, controller: other, key, priority, createdAt }) =>
      !held && other !== controller && ranksBefore({ priority, createdAt, run: `${runOfKey(key)} ${other}` }, own),
  );
}
