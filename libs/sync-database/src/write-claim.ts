import type { SharedClaim } from '@argosy/workflow-controller';
import type pg from 'pg';
import type { ClaimRow } from './claim-rows.js';
import { rowsOf } from './claim-rows.js';
import { comesFirst, isOf, NOW, readLocks, readOwnOfRun } from './lock-rows.js';

export interface Identity {
  readonly controller: string;
  readonly inactiveSeconds: number;
}

/** Names of locks that the claim says are held, and that somebody else has by now. Null: nothing has been written. */
export type Written = { readonly lost: readonly string[] } | null;

/**
 * Makes what the database says of a run the same as the claim, within a transaction. `take`: places that are new to it
 * must be free and its turn must have come, or nothing is written. `restore`: the run has them on its record already; it
 * gets back what is free, and the rest is lost.
 */
export async function writeClaim(
  client: pg.ClientBase,
  { controller, inactiveSeconds }: Identity,
  run: string,
  claim: SharedClaim | null,
  mode: 'take' | 'restore',
): Promise<Written> {
  const before = await readOwnOfRun(client, controller, run);
  const isHeld = (row: ClaimRow): boolean =>
    before.some((old) => old.held && old.name === row.name && old.key === row.key);
  const rows = rowsOf(claim);
  const added = rows.filter((row) => row.held && !isHeld(row));
  const names = [...new Set(added.map(({ name }) => name))].sort();
  const lost: string[] = [];
  if (claim && names.length > 0) {
    if (!(await guard(client, controller, names))) return null;
    for (const [name, lock] of await readLocks(client, names, inactiveSeconds)) {
      const others = lock.rows.filter((row) => row.held && !isOf(row, controller, run)).length;
      const own = rows.filter((row) => row.held && row.name === name).length;
      const isFree = others + own <= (lock.limit ?? 0);
      if (mode === 'take' && !(isFree && comesFirst(lock, claim, controller))) return null;
      if (!isFree) lost.push(name);
    }
  }
  const kept = rows.filter((row) => !lost.includes(row.name) || !added.includes(row));
  await replace(client, controller, before, kept);
  await client.query('DELETE FROM sync_lock WHERE name = ANY($1) AND controller = $2', [names, controller]);
  return { lost };
}

/**
 * From here to the end of the transaction nobody else gives away places of these locks. The rows are Argo's way of saying
 * so, and are gone again before anybody sees them. In the order of their names, so that no two wait for each other.
 * @returns false when a controller of Argo is at it
 */
async function guard(client: pg.ClientBase, controller: string, names: readonly string[]): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO sync_lock (name, controller, time)
     SELECT name, $2, ${NOW} FROM unnest($1::text[]) AS name ORDER BY name COLLATE "C" ON CONFLICT DO NOTHING`,
    [names, controller],
  );
  return rowCount === names.length;
}

async function replace(
  client: pg.ClientBase,
  controller: string,
  before: readonly ClaimRow[],
  after: readonly ClaimRow[],
): Promise<void> {
  const gone = before.filter(({ name, key }) => !after.some((row) => row.name === name && row.key === key));
  if (gone.length > 0)
    await client.query(
      `DELETE FROM sync_state USING unnest($2::text[], $3::text[]) AS gone (name, key)
       WHERE controller = $1 AND sync_state.name = gone.name AND workflowkey = gone.key`,
      [controller, gone.map(({ name }) => name), gone.map(({ key }) => key)],
    );
  if (after.length > 0)
    await client.query(
      `INSERT INTO sync_state AS old (name, workflowkey, controller, held, priority, time)
       SELECT name, key, $1, held, priority, nullif(time, '')::timestamptz AT TIME ZONE 'utc'
       FROM unnest($2::text[], $3::text[], $4::boolean[], $5::int[], $6::text[]) AS row (name, key, held, priority, time)
       ON CONFLICT (name, workflowkey, controller)
       DO UPDATE SET held = excluded.held, priority = excluded.priority, time = excluded.time
       WHERE (old.held, old.priority, old.time) IS DISTINCT FROM (excluded.held, excluded.priority, excluded.time)`,
      [
        controller,
        after.map(({ name }) => name),
        after.map(({ key }) => key),
        after.map(({ held }) => held),
        after.map(({ priority }) => priority),
        after.map(({ createdAt }) => createdAt),
      ],
    );
}
