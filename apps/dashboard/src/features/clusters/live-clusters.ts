import { useEffect, useState } from 'react';
import type { CombinedError } from 'urql';
import { client } from '../../graphql/client.js';
import { faultText } from '../../graphql/fault.js';
import { onReconnect } from '../../graphql/link.js';
import { live } from '../../graphql/live.js';
import { ClusterListChangedDocument, ClusterListDocument } from '../../gql/operations.js';
import type { ClusterCardFragment, ClusterListQuery } from '../../gql/operations.js';
import { withLag } from './cluster-health.js';

export interface SeenCluster extends ClusterCardFragment {
  /** Lags since the page was opened, oldest first. */
  readonly lags: readonly number[];
}
type Clusters = ReadonlyMap<string, SeenCluster>;

const seen = (clusters: Clusters, cluster: ClusterCardFragment): Clusters =>
  new Map([
    ...clusters,
    [cluster.id, { ...cluster, lags: withLag(clusters.get(cluster.id)?.lags ?? [], cluster.lagMs) }],
  ]);

async function readAll(): Promise<{ clusters?: ClusterCardFragment[]; error?: string }> {
  const clusters: ClusterCardFragment[] = [];
  for (let after: string | null = null; ;) {
    const { data, error }: { data?: ClusterListQuery; error?: CombinedError } = await client
      .query(ClusterListDocument, { after })
      .toPromise();
    if (!data) return { error: faultText(error) };
    clusters.push(...data.clusters.nodes);
    if (!data.clusters.pageInfo.hasNextPage) return { clusters };
    after = data.clusters.pageInfo.endCursor;
  }
}

/** The clusters as they are, in the order of their names. Undefined while loading. */
export function useLiveClusters(): { clusters: readonly SeenCluster[] | undefined; error: string | undefined } {
  const [clusters, setClusters] = useState<Clusters>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    let current = true;
    const read = async (): Promise<void> => {
      const answer = await readAll();
      if (!current) return;
      setError(answer.error);
      if (answer.clusters) setClusters((before) => (answer.clusters ?? []).reduce(seen, before ?? new Map()));
    };
    void read();
    const stopListening = onReconnect(() => void read());
    const stop = live(ClusterListChangedDocument, {}, ({ clusterChanged }) =>
      setClusters((before) => seen(before ?? new Map(), clusterChanged)),
    );
    return () => {
      current = false;
      stop();
      stopListening();
    };
  }, []);
  return {
    clusters: clusters && [...clusters.values()].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    error,
  };
}
