import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { RunOrder } from '../../graphql/generated/schema-types.js';
import { decodeCursor } from '../../graphql/connection.js';
import type { RunRow } from './runs.repository.js';

/** Place of a run in a list: its sort value and its id. Null sorts as later than every time. */
export interface RunKey {
  readonly value: string | null;
  readonly id: string;
}
const shape = z.tuple([z.string(), z.string().nullable(), z.uuid()]);

/** The key that the cursor of a row stands for; with the order it belongs to, because it means nothing in another one. */
export const cursorKey = (row: RunRow, order: RunOrder): string =>
  JSON.stringify([order.field, sortValue(row, order), row.id]);

export function runKey(cursor: string | null | undefined, { field }: RunOrder): RunKey | undefined {
  const text = decodeCursor(cursor);
  if (text === undefined) return undefined;
  const { data } = shape.safeParse(parsed(text));
  if (data?.[0] === field) return { value: data[1], id: data[2] };
  throw new GraphQLError('This cursor is not one of a list in this order.', { extensions: { code: 'BAD_USER_INPUT' } });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sortValue(row: RunRow, { field }: RunOrder): string | null {
  if (field === 'NAME') return row.name;
  const time = field === 'CREATED_AT' ? row.createdAt : field === 'STARTED_AT' ? row.startedAt : row.finishedAt;
  return time?.toISOString() ?? null;
}
