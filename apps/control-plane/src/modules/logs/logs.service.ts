import { Injectable } from '@nestjs/common';
import type { LogConnection, LogLine } from '../../graphql/generated/schema-types.js';
import { decodeCursor, encodeCursor, pageSize } from '../../graphql/connection.js';
import { Database } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import { isId } from '@argosy/platform';
import type { RequestContext } from '../access/request-context.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { LogsRepository } from './logs.repository.js';
import type { LogChunkRow } from './logs.repository.js';

const CHUNKS_AT_ONCE = 200;
const PATIENCE_MS = 2_000;
const FINAL = new Set(['SUCCEEDED', 'FAILED', 'ERROR']);
/** After a run has ended, the rest of its logs is awaited this long. */
const STRAGGLER_MS = 60_000;

export interface LogPage {
  readonly container: string;
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly contains?: string | null;
}

@Injectable()
export class LogsService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly repository: LogsRepository,
    private readonly runs: RunsRepository,
  ) {}

  async page(
    context: RequestContext,
    runId: string,
    nodeId: string,
    { container, first, after, last, before, contains }: LogPage,
  ): Promise<LogConnection> {
    const limit = pageSize(Math.min(last ?? first ?? 1000, 1000));
    const chunks = await this.database.withTenant(context.tenantId, (tx) =>
      this.repository.ofContainer(tx, runId, nodeId, container),
    );
    const all = chunks.flatMap(linesOf);
    const [from, to] = [position(after), position(before)];
    const matching = all.filter(
      (line) =>
        (from === undefined || line.number > from) &&
        (to === undefined || line.number < to) &&
        (!contains || line.text.includes(contains)),
    );
    const nodes = last ? matching.slice(-limit) : matching.slice(0, limit);
    const edges = nodes.map((node) => ({ node, cursor: node.cursor }));
    return {
      edges,
      nodes,
      pageInfo: {
        hasNextPage: nodes.length > 0 && nodes.at(-1) !== matching.at(-1),
        hasPreviousPage: nodes.length > 0 && nodes[0] !== matching[0],
        startCursor: edges[0]?.cursor,
        endCursor: edges.at(-1)?.cursor,
      },
      totalCount: all.length,
      complete: chunks.some((chunk) => chunk.final),
    };
  }

  /** Lines from the cursor on, then live, until the containers asked for have ended and everything of theirs is stored. */
  async *follow(
    context: RequestContext,
    runId: string,
    only: { nodeId?: string; container?: string },
    after: string | null | undefined,
  ): AsyncGenerator<LogLine, void, undefined> {
    if (!isId(runId)) return;
    const watch = this.notifications.watch(
      (notification) => (notification.kind === 'log' || notification.kind === 'run') && notification.runId === runId,
    );
    let [chunkId, offset] = cursorOf(after);
    try {
      for (;;) {
        const { chunks, complete } = await this.database.withTenant(context.tenantId, async (tx) => {
          // Whether it is all must be asked first: what is stored afterwards comes with the next round.
          const isComplete = await this.isComplete(tx, runId, only);
          return {
            complete: isComplete,
            chunks: await this.repository.after(tx, runId, chunkId - 1n, only, CHUNKS_AT_ONCE),
          };
        });
        for (const chunk of chunks) {
          const skip = chunk.id === chunkId ? offset : 0;
          yield* linesOf(chunk).slice(skip);
          chunkId = chunk.id;
          offset = chunk.lines.length;
        }
        if (chunks.length === CHUNKS_AT_ONCE) continue;
        if (complete) return;
        await watch.next(PATIENCE_MS);
      }
    } finally {
      watch.close();
    }
  }

  private async isComplete(
    tx: Parameters<LogsRepository['unfinishedLogs']>[0],
    runId: string,
    { nodeId, container }: { nodeId?: string; container?: string },
  ): Promise<boolean> {
    const run = await this.runs.find(tx, runId);
    if (!run) return true;
    const isFinal = FINAL.has(run.phase);
    if (isFinal && run.finishedAt && Date.now() - run.finishedAt.getTime() > STRAGGLER_MS) return true;
    const unfinished = await this.repository.unfinishedLogs(tx, runId, nodeId, container);
    if (nodeId === undefined) return isFinal && unfinished === 0;
    const node = await this.runs.node(tx, runId, nodeId);
    const finishedAt = (node?.status as { finishedAt?: string } | undefined)?.finishedAt;
    return Boolean(finishedAt) && unfinished === 0;
  }
}

/** A cursor names a chunk, the place behind a line in it, and the line's number. */
function cursorOf(after: string | null | undefined): [bigint, number] {
  const [chunk, offset] = (decodeCursor(after) ?? '').split(':');
  return [BigInt(/^\d+$/.test(chunk ?? '') ? (chunk ?? '0') : '0'), Number(offset ?? 0) || 0];
}
const position = (cursor: string | null | undefined): number | undefined =>
  cursor ? Number(decodeCursor(cursor)?.split(':')[2]) : undefined;

const linesOf = (chunk: LogChunkRow): LogLine[] =>
  chunk.lines.map((text, index) => ({
    cursor: encodeCursor(`${chunk.id}:${index + 1}:${chunk.firstLine + index}`),
    nodeId: chunk.nodeId,
    container: chunk.container,
    number: chunk.firstLine + index,
    at: chunk.times[index] ?? '',
    text,
    missingBefore: index === 0 ? chunk.missingBefore : 0,
  }));
