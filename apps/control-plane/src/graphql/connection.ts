import { isId } from '@argosy/platform';
import { GraphQLError } from 'graphql';

const MOST = 1000;

/** Cursors are opaque to callers; inside they are the key of the last row. */
export const encodeCursor = (key: string): string => Buffer.from(key).toString('base64url');
export const decodeCursor = (cursor: string | null | undefined): string | undefined =>
  cursor ? Buffer.from(cursor, 'base64url').toString() : undefined;

/** For lists in the order of ids. Throws for a cursor that cannot be one of them. */
export function idCursor(cursor: string | null | undefined): string | undefined {
  const id = decodeCursor(cursor);
  if (id === undefined || isId(id)) return id;
  throw new GraphQLError('This cursor is not one of this list.', { extensions: { code: 'BAD_USER_INPUT' } });
}

/** Throws for a page that is empty or too large. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? 25;
  if (size >= 1 && size <= MOST) return size;
  throw new GraphQLError(`A page has 1 to ${MOST} entries, not ${size}.`, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** A Relay connection of rows of which one more than asked for was read, to see whether there are more. */
export function connectionOf<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string,
  hasPreviousPage: boolean,
) {
  const nodes = rows.slice(0, limit);
  const edges = nodes.map((node) => ({ node, cursor: encodeCursor(keyOf(node)) }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > limit,
      hasPreviousPage,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
  };
}
