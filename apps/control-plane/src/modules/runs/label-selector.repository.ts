import { GraphQLError } from 'graphql';
import { Prisma } from '../../persistence/generated/client.js';

const KEY = '(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const EXISTENCE = new RegExp(`^(!?)\\s*(${KEY})$`);

const has = (key: string): Prisma.Sql => Prisma.sql`jsonb_exists(r.labels, ${key})`;
/** In this form the index on labels is used. */
const equals = (key: string, value: string): Prisma.Sql =>
  Prisma.sql`r.labels @> ${JSON.stringify({ [key]: value })}::jsonb`;
const isIn = (key: string, values: readonly string[]): Prisma.Sql =>
  Prisma.sql`(${Prisma.join(
    values.map((value) => equals(key, value)),
    ' OR ',
  )})`;

/** A Kubernetes label selector as SQL over the `labels` of `run r`. Throws for one that cannot be read. */
export const labelConditions = (selector: string): Prisma.Sql[] =>
  selector.split(/,(?![^(]*\))/).map((requirement) => condition(requirement.trim()));

function condition(requirement: string): Prisma.Sql {
  const [, setKey, operator, list = ''] = SET.exec(requirement) ?? [];
  if (setKey !== undefined) {
    const values = list.split(',').map((value) => value.trim());
    return operator === 'in' ? isIn(setKey, values) : Prisma.sql`NOT ${isIn(setKey, values)}`;
  }
  const [, key, comparison, value = ''] = EQUALITY.exec(requirement) ?? [];
  if (key !== undefined) return comparison === '!=' ? Prisma.sql`NOT ${equals(key, value)}` : equals(key, value);
  const [, not, wanted] = EXISTENCE.exec(requirement) ?? [];
  if (wanted !== undefined) return not ? Prisma.sql`NOT ${has(wanted)}` : has(wanted);
  throw new GraphQLError(
    `"${requirement}" is no label requirement; write app=web, tier!=db, env in (a, b), key or !key.`,
    { extensions: { code: 'BAD_USER_INPUT' } },
  );
}
