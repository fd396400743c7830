import type { LogLine } from '../../graphql/generated/schema-types.js';
import { logCursor } from './log-cursor.js';
import type { ContainerKey, LogChunkRow, LogLineRow } from './logs.repository.js';

export const logLineOf = (
  { nodeId, container }: Pick<ContainerKey, 'nodeId' | 'container'>,
  row: LogLineRow,
): LogLine => ({
  cursor: logCursor(row),
  nodeId,
  container,
  number: row.number,
  at: row.at,
  text: row.text,
  missingBefore: row.missingBefore,
});

export const linesOf = (chunk: LogChunkRow): LogLine[] =>
  chunk.lines.map((text, index) =>
    logLineOf(chunk, {
      chunkId: chunk.id,
      position: index + 1,
      number: chunk.firstLine + index,
      at: chunk.times[index] ?? '',
      text,
      missingBefore: index === 0 ? chunk.missingBefore : 0,
    }),
  );
