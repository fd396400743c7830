import { Injectable } from '@nestjs/common';
import type { Cluster } from '../../graphql/generated/schema-types.js';
import { OperationLoader } from '../../graphql/operation-loader.js';
import { ClustersService } from './clusters.service.js';

/** The clusters of a page of runs. */
@Injectable()
export class ClusterLoader extends OperationLoader<Cluster> {
  constructor(clusters: ClustersService) {
    super('cluster', (context, ids) => clusters.byIds(context, ids));
  }
}
