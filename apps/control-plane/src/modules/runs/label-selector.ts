import { GraphQLError } from 'graphql';
import { Prisma } from '../../persistence/generated/client.js';

const SET = /^\s*([^\s!=,()]+)\s+(in|notin)\s+\(([^)]*)\)\s*$/;
const EQUALITY = /^\s*([^\s!=,()]+)\s*(==|=|!=)\s*([^\s,()]*)\s*$/;
const EXISTENCE = /^\s*(!?)\s*([^\s!=,()]+)\s*$/;

/** A Kubernetes label selector as SQL over the `labels` of a run. Throws for one that cannot be read. */
export function labelConditions(selector: string): Prisma.Sql[] {
  return selector.split(/,(?![^(]*\))/).map((requirement) => {
    const set = SET.exec(requirement);
    if (set) {
      const values = (set[3] ?? '').split(',').map((value) => value.trim());
      const inside = Prisma.sql`r.labels ->> ${set[1] ?? ''} = ANY(${values})`;
      return set[2] === 'in' ? inside : Prisma.sql`(NOT jsonb_exists(r.labels, ${set[1] ?? ''}) OR NOT ${inside})`;
    }
    const equality = EQUALITY.exec(requirement);
    if (equality) {
      const [, name = '', operator, value = ''] = equality;
      const contains = Prisma.sql`r.labels @> ${JSON.stringify({ [name]: value })}::jsonb`;
      return operator === '!=' ? Prisma.sql`NOT ${contains}` : contains;
    }
    const existence = EXISTENCE.exec(requirement);
    if (existence)
      return existence[1]
        ? Prisma.sql`NOT jsonb_exists(r.labels, ${existence[2] ?? ''})`
        : Prisma.sql`jsonb_exists(r.labels, ${existence[2] ?? ''})`;
    throw new GraphQLError(
      `"${requirement.trim()}" is no label requirement; write app=web, tier!=db, env in (a, b), or key.`,
      { extensions: { code: 'BAD_USER_INPUT' } },
    );
  });
}
