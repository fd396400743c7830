import { Alert, Card, Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../graphql/client.js';
import { ClusterListChangedDocument, ClusterListDocument } from '../../gql/operations.js';
import type { ClusterCardFragment } from '../../gql/operations.js';
import { ago } from '../../shell/format.js';
import { useNow } from '../../shell/use-now.js';

const STATES = {
  CONNECTED: { word: 'connected', color: 'var(--phase-good)' },
  DISCONNECTED: { word: 'disconnected', color: 'var(--phase-bad)' },
  PENDING: { word: 'waiting for its agent', color: 'var(--phase-pending)' },
} as const;

export function ClustersPage(): ReactElement {
  const [clusters, setClusters] = useState<ReadonlyMap<string, ClusterCardFragment>>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    void client
      .query(ClusterListDocument, {})
      .toPromise()
      .then(({ data, error: failed }) => {
        if (data) setClusters(new Map(data.clusters.nodes.map((cluster) => [cluster.id, cluster])));
        setError(failed?.message);
      });
    const { unsubscribe } = client.subscription(ClusterListChangedDocument, {}).subscribe(({ data }) => {
      if (data) setClusters((before) => new Map([...(before ?? []), [data.clusterChanged.id, data.clusterChanged]]));
    });
    return unsubscribe;
  }, []);
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        Clusters
      </Title>
      {error && <Alert color="red">{error}</Alert>}
      {!clusters && !error && <Skeleton h={160} />}
      {clusters?.size === 0 && (
        <Text c="dimmed">No clusters yet. Register one with “argosy clusters register NAME”.</Text>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {[...(clusters?.values() ?? [])].map((cluster) => (
          <ClusterCard key={cluster.id} cluster={cluster} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function ClusterCard({ cluster }: { cluster: ClusterCardFragment }): ReactElement {
  const now = useNow();
  const { word, color } = STATES[cluster.state];
  const facts: [string, string][] = [
    ['Seen', ago(cluster.lastSeenAt, now)],
    ['Lag', cluster.lagMs === null ? '–' : `${cluster.lagMs} ms`],
    ['Running workflows', String(cluster.runningWorkflows)],
    ['Pods', `${cluster.runningPods} running, ${cluster.pendingPods} pending`],
    ['Waiting', `${cluster.pendingCommands} commands, ${cluster.outboxDepth ?? 0} facts`],
    ['Kubernetes', cluster.local ? 'local processes' : (cluster.kubernetesVersion ?? '–')],
  ];
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" mb="xs">
        <Text fw={600}>{cluster.name}</Text>
        <Text size="sm" fw={600} c={color}>
          {word}
        </Text>
      </Group>
      {facts.map(([name, value]) => (
        <Group key={name} justify="space-between" gap="xs">
          <Text size="sm" c="dimmed">
            {name}
          </Text>
          <Text size="sm">{value}</Text>
        </Group>
      ))}
    </Card>
  );
}
