import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import type { Cluster } from '../../graphql/generated/schema-types.js';
import type { GraphQLContext } from '../../graphql/graphql-context.js';
import { ClustersService } from './clusters.service.js';

/** Reads the clusters of a page of runs at once, once for each operation. */
@Injectable()
export class ClusterLoader {
  private readonly loaders = new WeakMap<GraphQLContext, DataLoader<string, Cluster>>();

  constructor(private readonly clusters: ClustersService) {}

  load(context: GraphQLContext, id: string): Promise<Cluster> {
    const { request } = context;
    if (!request) throw new Error('A resolver ran for a caller that was not authenticated.');
    let loader = this.loaders.get(context);
    if (!loader) {
      // Not cached: a subscription lives long, and clusters change meanwhile.
      loader = new DataLoader(
        async (ids) => {
          const found = await this.clusters.byIds(request, ids);
          return ids.map((wanted) => found.get(wanted) ?? new Error(`There is no cluster ${wanted}.`));
        },
        { cache: false },
      );
      this.loaders.set(context, loader);
    }
    return loader.load(id);
  }
}
