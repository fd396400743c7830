import { Injectable } from '@nestjs/common';
import { GraphQLError } from 'graphql';
import type { LogConnection, RunNodeLogsArgs } from '../../graphql/generated/schema-types.js';
import { pageSize } from '../../graphql/connection.js';
import { Database } from '../../persistence/database.js';
import type { RequestContext } from '../access/request-context.js';
import { mayOn, visibleRun } from '../runs/run-access.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { logPosition } from './log-cursor.js';
import { logLineOf } from './logs.mapper.js';
import { LogsRepository } from './logs.repository.js';

const PAGE = 1000;

/** Logs as far as they have been stored. */
@Injectable()
export class LogsService {
  constructor(
    private readonly database: Database,
    private readonly repository: LogsRepository,
    private readonly runs: RunsRepository,
  ) {}

  /** Lines of one container. With `last`, the end of what was asked for instead of its beginning. */
  async page(context: RequestContext, runId: string, nodeId: string, page: RunNodeLogsArgs): Promise<LogConnection> {
    const limit = pageSize(page.last ?? page.first ?? PAGE);
    const isLast = page.last != null;
    const key = { runId, nodeId, container: page.container ?? 'main' };
    const range = {
      after: logPosition(page.after)?.number,
      before: logPosition(page.before)?.number,
      contains: page.contains ?? undefined,
      last: isLast,
    };
    return this.database.withTenant(context.tenantId, async (tx) => {
      const run = await visibleRun(tx, context, this.runs, runId);
      if (!run || !mayOn(context, 'log:read', run)) throw forbiddenLogs();
      const rows = await this.repository.lines(tx, key, range, limit + 1);
      const { lines, complete } = await this.repository.extent(tx, key);
      const shown = isLast ? rows.slice(-limit) : rows.slice(0, limit);
      const nodes = shown.map((row) => logLineOf(key, row));
      const hasMore = rows.length > limit;
      return {
        edges: nodes.map((node) => ({ node, cursor: node.cursor })),
        nodes,
        pageInfo: {
          hasNextPage: isLast ? range.before !== undefined : hasMore,
          hasPreviousPage: isLast ? hasMore : range.after !== undefined,
          startCursor: nodes[0]?.cursor,
          endCursor: nodes.at(-1)?.cursor,
        },
        totalCount: lines,
        complete,
      };
    });
  }
}

const forbiddenLogs = (): GraphQLError =>
  new GraphQLError('You may not read these logs: the permission log:read is missing.', {
    extensions: { code: 'FORBIDDEN', permission: 'log:read' },
  });
