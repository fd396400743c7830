import { Args, Context, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type { ResolversTypes } from '../../graphql/generated/resolver-types.js';
import type { Cluster, RunEventConnection, RunFilter, RunOrder } from '../../graphql/generated/schema-types.js';
import type { GraphQLContext } from '../../graphql/graphql-context.js';
import type { RequestContext } from '../access/request-context.js';
import { Caller, RequirePermission } from '../access/require-permission.js';
import { ClusterLoader } from '../clusters/cluster.loader.js';
import { ManifestLoader } from './manifest.loader.js';
import { RunChanges } from './run-changes.js';
import type { RunFields, RunNodeFields } from './run.mapper.js';
import { RunsService } from './runs.service.js';

type RunChange = ResolversTypes['RunChange'];

@Resolver('Run')
export class RunsResolver {
  constructor(
    private readonly runsService: RunsService,
    private readonly runChanges: RunChanges,
    private readonly clusterLoader: ClusterLoader,
    private readonly manifestLoader: ManifestLoader,
  ) {}

  @Query('runs')
  @RequirePermission('run:read')
  async runs(
    @Caller() context: RequestContext,
    @Args('first') first: number,
    @Args('filter') filter?: RunFilter,
    @Args('orderBy') orderBy?: RunOrder,
    @Args('after') after?: string,
  ) {
    const page = await this.runsService.list(context, filter ?? {}, orderBy, first, after);
    // Counted only when asked for: GraphQL calls functions as resolvers.
    return { ...page, totalCount: () => this.runsService.count(context, filter ?? {}) };
  }

  @Query('run')
  @RequirePermission('run:read')
  run(@Caller() context: RequestContext, @Args('id') id: string): Promise<RunFields | undefined> {
    return this.runsService.find(context, id);
  }

  @Subscription('runChanged', { resolve: (run: RunFields) => run })
  @RequirePermission('run:read')
  runChanged(@Caller() context: RequestContext, @Args('id') id: string): AsyncGenerator<RunFields, void, undefined> {
    return this.runChanges.ofRun(context, id);
  }

  @Subscription('runsChanged', { resolve: (change: RunChange) => change })
  @RequirePermission('run:read')
  runsChanged(
    @Caller() context: RequestContext,
    @Args('filter') filter?: RunFilter,
  ): AsyncGenerator<RunChange, void, undefined> {
    return this.runChanges.ofRuns(context, filter ?? {});
  }

  @ResolveField('cluster')
  cluster(@Parent() run: RunFields, @Context() context: GraphQLContext): Promise<Cluster> {
    return this.clusterLoader.load(context, run.clusterId);
  }

  /** Nothing is left of a purged one. */
  @ResolveField('yaml')
  yaml(@Parent() run: RunFields, @Context() context: GraphQLContext): Promise<string> | string {
    return run.isPurged ? '' : this.manifestLoader.load(context, run.id);
  }

  @ResolveField('nodes')
  nodes(
    @Parent() run: RunFields,
    @Caller() context: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
  ): Promise<ResolversTypes['RunNodeConnection']> {
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
