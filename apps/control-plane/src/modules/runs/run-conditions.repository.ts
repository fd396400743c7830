import type { RunFilter, RunOrder } from '../../graphql/generated/schema-types.js';
import { Prisma } from '../../persistence/generated/client.js';
import type { Reach } from '../access/rights.js';
import { labelConditions } from './label-selector.repository.js';
import type { RunKey } from './run-cursor.js';

const COLUMNS: Readonly<Record<RunOrder['field'], string>> = {
  CREATED_AT: 'created_at',
  STARTED_AT: 'started_at',
  FINISHED_AT: 'finished_at',
  NAME: 'name',
};

/** What a caller may see and asks for, as SQL over `run r`. */
export function conditionsOf(reach: Reach, filter: RunFilter): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = [];
  if (!reach.everywhere)
    conditions.push(
      Prisma.sql`(r.namespace = ANY(${[...reach.namespaces]}) OR r.cluster_id = ANY(${[...reach.clusterIds]}::uuid[]))`,
    );
  const { clusters, namespaces, phases, nameContains, createdAfter, createdBefore, labelSelector } = filter;
  if (clusters?.length)
    conditions.push(Prisma.sql`r.cluster_id = ANY(ARRAY(SELECT id FROM cluster WHERE name = ANY(${clusters})))`);
  if (namespaces?.length) conditions.push(Prisma.sql`r.namespace = ANY(${namespaces})`);
  if (phases?.length) conditions.push(Prisma.sql`r.phase = ANY(${phases})`);
  if (nameContains) conditions.push(Prisma.sql`r.name ILIKE ${`%${nameContains.replace(/[\\%_]/g, '\\$&')}%`}`);
  if (createdAfter) conditions.push(Prisma.sql`r.created_at >= ${createdAfter}::timestamptz`);
  if (createdBefore) conditions.push(Prisma.sql`r.created_at < ${createdBefore}::timestamptz`);
  if (labelSelector) conditions.push(...labelConditions(labelSelector));
  return conditions;
}

export const whereAll = (conditions: readonly Prisma.Sql[]): Prisma.Sql =>
  conditions.length > 0 ? Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}` : Prisma.empty;

/** PostgreSQL puts nulls last in ascending and first in descending order, which is how the indexes lie. */
export function ordering({ field, direction }: RunOrder): Prisma.Sql {
  return Prisma.raw(`ORDER BY r.${COLUMNS[field]} ${direction}, r.id ${direction}`);
}

/** What comes behind the key. */
export function behind({ field, direction }: RunOrder, { value, id }: RunKey): Prisma.Sql {
  const column = Prisma.raw(`r.${COLUMNS[field]}`);
  const beyond = Prisma.raw(direction === 'DESC' ? '<' : '>');
  const sameRow = Prisma.sql`r.id ${beyond} ${id}::uuid`;
  if (value === null)
    return direction === 'DESC'
      ? Prisma.sql`((${column} IS NULL AND ${sameRow}) OR ${column} IS NOT NULL)`
      : Prisma.sql`(${column} IS NULL AND ${sameRow})`;
  const at = field === 'NAME' ? Prisma.sql`${value}` : Prisma.sql`${value}::timestamptz`;
  const later = Prisma.sql`(${column}, r.id) ${beyond} (${at}, ${id}::uuid)`;
  const hasNulls = field === 'STARTED_AT' || field === 'FINISHED_AT';
  return hasNulls && direction === 'ASC' ? Prisma.sql`(${later} OR ${column} IS NULL)` : later;
}
