import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type {
  Cluster,
  DeleteRunResult,
  RetryRunInput,
  RunActionResult,
  RunChange,
  RunEventConnection,
  RunFilter,
  RunNodeConnection,
  RunOrder,
  SubmitRunInput,
  SubmitRunResult,
} from '../../graphql/generated/schema-types.js';
import type { GraphQLContext } from '../../graphql/graphql-context.js';
import type { RequestContext } from '../access/request-context.js';
import { Caller, RequirePermission } from '../access/require-permission.js';
import { ClusterLoader } from '../clusters/cluster.loader.js';
import type { RunFields, RunNodeFields } from './run.mapper.js';
import { RunsService } from './runs.service.js';

@Resolver('Run')
export class RunsResolver {
  constructor(
    private readonly runsService: RunsService,
    private readonly clusterLoader: ClusterLoader,
  ) {}

  @Query('runs')
  @RequirePermission('run:read')
  runs(
    @Caller() context: RequestContext,
    @Args('first') first: number,
    @Args('filter') filter?: RunFilter,
    @Args('orderBy') orderBy?: RunOrder,
    @Args('after') after?: string,
  ) {
    return this.runsService.list(context, filter ?? {}, orderBy, first, after);
  }

  @Query('run')
  @RequirePermission('run:read')
  run(@Caller() context: RequestContext, @Args('id') id: string): Promise<RunFields | undefined> {
    return this.runsService.find(context, id);
  }

  @Mutation('submitRun')
  @RequirePermission('run:submit')
  submitRun(@Caller() context: RequestContext, @Args('input') input: SubmitRunInput): Promise<SubmitRunResult> {
    return this.runsService.submit(context, input);
  }

  @Mutation('stopRun')
  @RequirePermission('run:stop')
  stopRun(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('message') message?: string,
  ): Promise<RunActionResult> {
    return this.runsService.act(context, id, {
      name: 'stop',
      on: 'open',
      command: (run) => ({ type: 'StopRun', ...run, message: message ?? undefined }),
    });
  }

  @Mutation('terminateRun')
  @RequirePermission('run:stop')
  terminateRun(@Caller() context: RequestContext, @Args('id') id: string): Promise<RunActionResult> {
    return this.runsService.act(context, id, {
      name: 'terminate',
      on: 'open',
      command: (run) => ({ type: 'TerminateRun', ...run }),
    });
  }

  @Mutation('suspendRun')
  @RequirePermission('run:suspend')
  suspendRun(@Caller() context: RequestContext, @Args('id') id: string): Promise<RunActionResult> {
    return this.runsService.act(context, id, {
      name: 'suspend',
      on: 'open',
      command: (run) => ({ type: 'SuspendRun', ...run }),
    });
  }

  @Mutation('resumeRun')
  @RequirePermission('run:suspend')
  resumeRun(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('nodeFieldSelector') nodeFieldSelector?: string,
  ): Promise<RunActionResult> {
    const by = context.actor.name;
    return this.runsService.act(context, id, {
      name: 'resume',
      on: 'open',
      command: (run) => ({ type: 'ResumeRun', ...run, nodeFieldSelector: nodeFieldSelector ?? undefined, by }),
    });
  }

  @Mutation('retryRun')
  @RequirePermission('run:retry')
  retryRun(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('input') input?: RetryRunInput,
  ): Promise<RunActionResult> {
    return this.runsService.retry(context, id, input);
  }

  @Mutation('deleteRun')
  @RequirePermission('run:delete')
  deleteRun(
    @Caller() context: RequestContext,
    @Args('id') id: string,
    @Args('purge') purge: boolean,
  ): Promise<DeleteRunResult> {
    return this.runsService.delete(context, id, purge);
  }

  @Subscription('runChanged', { resolve: (run: RunFields) => run })
  @RequirePermission('run:read')
  runChanged(@Caller() context: RequestContext, @Args('id') id: string): AsyncGenerator<RunFields, void, undefined> {
    return this.runsService.changesOf(context, id);
  }

  @Subscription('runsChanged', { resolve: (change: RunChange) => change })
  @RequirePermission('run:read')
  runsChanged(
    @Caller() context: RequestContext,
    @Args('filter') filter?: RunFilter,
  ): AsyncGenerator<RunChange, void, undefined> {
    return this.runsService.changes(context, filter ?? {});
  }

  @ResolveField('cluster')
  cluster(@Parent() run: RunFields, @Context() context: GraphQLContext): Promise<Cluster> {
    return this.clusterLoader.load(context, run.clusterId);
  }

  @ResolveField('nodes')
  nodes(
    @Parent() run: RunFields,
    @Caller() context: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
  ): Promise<RunNodeConnection> {
    return this.runsService.nodes(context, run.id, first, after);
  }

  @ResolveField('node')
  node(
    @Parent() run: RunFields,
    @Caller() context: RequestContext,
    @Args('id') id: string,
  ): Promise<RunNodeFields | undefined> {
    return this.runsService.node(context, run.id, id);
  }

  @ResolveField('events')
  events(
    @Parent() run: RunFields,
    @Caller() context: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
  ): Promise<RunEventConnection> {
    return this.runsService.events(context, run.id, first, after);
  }
}
