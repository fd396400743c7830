import { Injectable } from '@nestjs/common';
import { Clock } from '@argosy/platform';
import type { LogLine } from '../../graphql/generated/schema-types.js';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import type { News } from '../../persistence/notifications.js';
import { endingWith } from '../../persistence/watch.js';
import type { Watch } from '../../persistence/watch.js';
import { LiveCaller } from '../access/live-caller.js';
import type { RequestContext } from '../access/request-context.js';
import { mayOn, visibleRun } from '../runs/run-access.js';
import { hasEnded } from '../runs/run-actions.js';
import { RunsRepository } from '../runs/runs.repository.js';
import type { RunRow } from '../runs/runs.repository.js';
import { logPosition } from './log-cursor.js';
import type { LogPosition } from './log-cursor.js';
import { linesOf } from './logs.mapper.js';
import { LogsRepository } from './logs.repository.js';
import type { LogChunkRow, LogScope } from './logs.repository.js';

const CHUNKS_AT_ONCE = 200;
const PATIENCE_MS = 5_000;
/** After a run has ended, the rest of its logs is awaited this long. */
const STRAGGLER_MS = 60_000;
const START: LogPosition = { chunkId: 0n, position: 0, number: 0 };

interface Round {
  readonly chunks: readonly LogChunkRow[];
  /** Nothing will come after these. */
  readonly complete: boolean;
}

/**
 * Logs while they are written. History and live lines come from the same table by the same cursor; notifications only tell
 * when to look, so no line is missed or doubled where one ends and the other begins.
 */
@Injectable()
export class LogFollower {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly repository: LogsRepository,
    private readonly runs: RunsRepository,
    private readonly clock: Clock,
  ) {}

  /** Lines behind the cursor, then live, until everything asked for has ended and is stored. */
  follow(
    context: RequestContext,
    runId: string,
    scope: LogScope,
    after: string | null | undefined,
  ): AsyncGenerator<LogLine, void, undefined> {
    const from = logPosition(after) ?? START;
    const watch = this.notifications.watch(
      (notification) => (notification.kind === 'log' || notification.kind === 'run') && notification.runId === runId,
    );
    return endingWith(watch, this.lines(new LiveCaller(context, 'log:read', this.clock), watch, runId, scope, from));
  }

  private async *lines(
    caller: LiveCaller,
    watch: Watch<News>,
    runId: string,
    scope: LogScope,
    from: LogPosition,
  ): AsyncGenerator<LogLine, void, undefined> {
    let { chunkId, position } = from;
    for (;;) {
      const { chunks, complete } = await this.read(await caller.current(), runId, scope, chunkId);
      for (const chunk of chunks) {
        yield* linesOf(chunk).slice(chunk.id === chunkId ? position : 0);
        chunkId = chunk.id;
        position = chunk.lines.length;
      }
      if (chunks.length === CHUNKS_AT_ONCE) continue;
      if (complete || !(await watch.next(PATIENCE_MS))) return;
    }
  }

  private read(context: RequestContext, runId: string, scope: LogScope, fromId: bigint): Promise<Round> {
    return this.database.withTenant(context.tenantId, async (tx) => {
      const run = await visibleRun(tx, context, this.runs, runId);
      if (!run || !mayOn(context, 'log:read', run)) return { chunks: [], complete: true };
      // Asked before reading: what is stored in between comes with the next round.
      const complete = await this.isComplete(tx, run, scope);
      return { complete, chunks: await this.repository.from(tx, runId, fromId, scope, CHUNKS_AT_ONCE) };
    });
  }

  private async isComplete(tx: Transaction, run: RunRow, scope: LogScope): Promise<boolean> {
    const isLate =
      run.finishedAt !== null && this.clock.now().getTime() - run.finishedAt.getTime() > STRAGGLER_MS && hasEnded(run);
    if (isLate || run.deletedFromCluster) return true;
    if ((await this.repository.unfinishedLogs(tx, run.id, scope)) > 0) return false;
    if (scope.nodeId === undefined || hasEnded(run)) return hasEnded(run);
    const node = await this.runs.node(tx, run.id, scope.nodeId);
    return Boolean((node?.status as { finishedAt?: string } | undefined)?.finishedAt);
  }
}
