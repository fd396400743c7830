import { Args, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type { LogConnection, LogLine, RunNodeLogsArgs } from '../../graphql/generated/schema-types.js';
import type { RequestContext } from '../access/request-context.js';
import { Caller, RequirePermission } from '../access/require-permission.js';
import type { RunNodeFields } from '../runs/run.mapper.js';
import { LogFollower } from './log-follower.js';
import { LogsService } from './logs.service.js';

@Resolver('RunNode')
export class LogsResolver {
  constructor(
    private readonly logsService: LogsService,
    private readonly follower: LogFollower,
  ) {}

  @ResolveField('logs')
  logs(
    @Parent() node: RunNodeFields,
    @Caller() context: RequestContext,
    @Args() page: RunNodeLogsArgs,
  ): Promise<LogConnection> {
    return this.logsService.page(context, node.runId, node.id, page);
  }

  @Subscription('logLines', { resolve: (line: LogLine) => line })
  @RequirePermission('log:read')
  logLines(
    @Caller() context: RequestContext,
    @Args('runId') runId: string,
    @Args('nodeId') nodeId?: string,
    @Args('container') container?: string,
    @Args('after') after?: string,
  ): AsyncGenerator<LogLine, void, undefined> {
    const scope = { nodeId: nodeId ?? undefined, container: container ?? undefined };
    return this.follower.follow(context, runId, scope, after);
  }
}
