import { Alert, Button, Group, SimpleGrid, Skeleton, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { ClusterCard } from './cluster-card.js';
import { useLiveClusters } from './live-clusters.js';
import { RegisterDialog } from './register-dialog.js';
import './clusters.css';

const COLUMNS = { base: 1, sm: 2, lg: 3 };

export function ClustersPage(): ReactElement {
  const { clusters, error } = useLiveClusters();
  const [registering, setRegistering] = useState(false);
  return (
    <div className="clusters">
      <Group justify="space-between" wrap="nowrap">
        <Title order={1} size="h3">
          Clusters
        </Title>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setRegistering(true)}>
          Register a cluster
        </Button>
      </Group>
      {error && (
        <Alert color="red" title="The clusters could not be read" role="alert">
          {error}
        </Alert>
      )}
      {!clusters && !error && (
        <SimpleGrid cols={COLUMNS} aria-busy="true">
          <Skeleton h={220} />
          <Skeleton h={220} />
        </SimpleGrid>
      )}
      {clusters?.length === 0 && (
        <div className="card empty">
          <strong>No clusters yet</strong>
          <span>Register one, and start its agent with the token that you get.</span>
        </div>
      )}
      <SimpleGrid cols={COLUMNS}>
        {clusters?.map((cluster) => (
          <ClusterCard key={cluster.id} cluster={cluster} />
        ))}
      </SimpleGrid>
      <RegisterDialog opened={registering} clusters={clusters ?? []} onClose={() => setRegistering(false)} />
    </div>
  );
}
