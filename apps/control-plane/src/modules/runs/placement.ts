import { Injectable } from '@nestjs/common';
import type { Forbidden, NoClusterAvailable } from '../../graphql/generated/schema-types.js';
import { forbidden } from '../../graphql/user-errors.js';
import type { Transaction } from '../../persistence/database.js';
import type { RequestContext } from '../access/request-context.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';

const ANY = 'any';

export interface PlacedOn {
  readonly clusterId: string;
  /** For people: why this cluster. */
  readonly reason: string;
}
type Refusal = (NoClusterAvailable & { __typename: 'NoClusterAvailable' }) | (Forbidden & { __typename: 'Forbidden' });

export const isPlaced = (placed: PlacedOn | Refusal): placed is PlacedOn => 'clusterId' in placed;

/** Picks the cluster of a new run. */
@Injectable()
export class Placement {
  constructor(private readonly clusters: ClustersRepository) {}

  choose(tx: Transaction, context: RequestContext, wanted: string, namespace: string): Promise<PlacedOn | Refusal> {
    return wanted === ANY ? this.leastBusy(tx, context, namespace) : this.named(tx, context, wanted, namespace);
  }

  private async leastBusy(tx: Transaction, context: RequestContext, namespace: string): Promise<PlacedOn | Refusal> {
    const connected = await this.clusters.candidates(tx);
    if (connected.length === 0) return this.none(tx, context, 'No cluster is connected.');
    const allowed = connected.filter(({ id: clusterId }) =>
      context.rights.covers('run:submit', { clusterId, namespace }),
    );
    const [first] = allowed;
    if (!first) return forbidden('run:submit', `You may not submit to the namespace ${namespace} of any cluster.`);
    const { id: clusterId, unfinishedRuns } = first;
    const among = allowed.length === 1 ? 'the only cluster connected' : `the least busy of ${allowed.length} clusters`;
    return {
      clusterId,
      reason: `${among}, with ${unfinishedRuns} unfinished ${unfinishedRuns === 1 ? 'run' : 'runs'}`,
    };
  }

  /** One whose agent is away for the moment is as good as asked for: its commands wait. */
  private async named(
    tx: Transaction,
    context: RequestContext,
    name: string,
    namespace: string,
  ): Promise<PlacedOn | Refusal> {
    const cluster = await this.clusters.find(tx, { name });
    if (!cluster) return this.none(tx, context, `There is no cluster called ${name}.`);
    const clusterId = cluster.id;
    if (!context.rights.covers('run:submit', { clusterId, namespace }))
      return forbidden('run:submit', `You may not submit to the namespace ${namespace} of the cluster ${name}.`);
    if (!cluster.credentialHash) return this.none(tx, context, `The cluster ${name} has not joined yet.`);
    return { clusterId, reason: 'asked for by name' };
  }

  private async none(tx: Transaction, { rights }: RequestContext, message: string): Promise<Refusal> {
    const known = await this.clusters.names(tx, rights.reach('cluster:read'));
    return { __typename: 'NoClusterAvailable', code: 'NO_CLUSTER', message, known };
  }
}
