import { Args, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import type {
  Cluster,
  ClusterConnection,
  RegisterClusterInput,
  RegisterClusterResult,
} from '../../graphql/generated/schema-types.js';
import type { RequestContext } from '../access/request-context.js';
import { Caller, RequirePermission } from '../access/require-permission.js';
import { ClusterChanges } from './cluster-changes.js';
import { ClustersService } from './clusters.service.js';

@Resolver()
export class ClustersResolver {
  constructor(
    private readonly clustersService: ClustersService,
    private readonly clusterChanges: ClusterChanges,
  ) {}

  @Query('clusters')
  @RequirePermission('cluster:read')
  clusters(
    @Caller() context: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
  ): Promise<ClusterConnection> {
    return this.clustersService.list(context, first, after);
  }

  @Query('cluster')
  @RequirePermission('cluster:read')
  cluster(
    @Caller() context: RequestContext,
    @Args('id') id?: string,
    @Args('name') name?: string,
  ): Promise<Cluster | undefined> {
    return this.clustersService.find(context, { id: id ?? undefined, name: name ?? undefined });
  }

  @Mutation('registerCluster')
  @RequirePermission('cluster:register')
  registerCluster(
    @Caller() context: RequestContext,
    @Args('input') input: RegisterClusterInput,
  ): Promise<RegisterClusterResult> {
    return this.clustersService.register(context, input);
  }

  @Subscription('clusterChanged', { resolve: (cluster: Cluster) => cluster })
  @RequirePermission('cluster:read')
  clusterChanged(@Caller() context: RequestContext, @Args('id') id?: string): AsyncGenerator<Cluster, void, undefined> {
    return this.clusterChanges.follow(context, id ?? undefined);
  }
}
