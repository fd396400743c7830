import { GraphQLError } from 'graphql';
import { decodeCursor, encodeCursor } from '../../graphql/connection.js';

/** Place of a line: among all lines of its run by arrival, and in its container by number. */
export interface LogPosition {
  readonly chunkId: bigint;
  /** Lines of the chunk up to and with this one. */
  readonly position: number;
  readonly number: number;
}
const SHAPE = /^(\d{1,18}):(\d{1,9}):(\d{1,9})$/;

export const logCursor = ({ chunkId, position, number }: LogPosition): string =>
  encodeCursor(`${chunkId}:${position}:${number}`);

export function logPosition(cursor: string | null | undefined): LogPosition | undefined {
  const text = decodeCursor(cursor);
  if (text === undefined) return undefined;
  const [, chunkId, position, number] = SHAPE.exec(text) ?? [];
  if (chunkId !== undefined) return { chunkId: BigInt(chunkId), position: Number(position), number: Number(number) };
  throw new GraphQLError('This cursor is not one of a log.', { extensions: { code: 'BAD_USER_INPUT' } });
}
