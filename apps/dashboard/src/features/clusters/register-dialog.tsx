import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../graphql/client.js';
import { faultText } from '../../graphql/fault.js';
import { RegisterFromDashboardDocument } from '../../gql/operations.js';
import { CopyText } from '../../shell/copy-text.js';
import { formatSeconds } from '../../shell/format.js';
import { useNow } from '../../shell/use-now.js';
import { HealthBadge } from './cluster-card.js';
import { healthOf } from './cluster-health.js';
import type { SeenCluster } from './live-clusters.js';

interface Registered {
  readonly id: string;
  readonly name: string;
  readonly joinToken: string;
  readonly expiresAt: string;
}

const commandFor = ({ joinToken }: Registered): string =>
  [
    `ARGOSY_CONTROL_PLANE_URL=${window.location.origin} \\`,
    `ARGOSY_JOIN_TOKEN=${joinToken} \\`,
    'ARGOSY_KUBECONFIG=~/.kube/config \\',
    'node dist/apps/agent/main.js',
  ].join('\n');

export function RegisterDialog({
  opened,
  clusters,
  onClose,
}: {
  opened: boolean;
  clusters: readonly SeenCluster[];
  onClose: () => void;
}): ReactElement {
  const [registered, setRegistered] = useState<Registered>();
  const close = (): void => {
    setRegistered(undefined);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      title={registered ? `Join ${registered.name}` : 'Register a cluster'}
      // The token is shown this once; a click beside the dialog is not to lose it.
      closeOnClickOutside={!registered}
    >
      {registered ? (
        <JoinCluster
          registered={registered}
          cluster={clusters.find(({ id }) => id === registered.id)}
          onClose={close}
        />
      ) : (
        <NameCluster onRegistered={setRegistered} />
      )}
    </Modal>
  );
}

function NameCluster({ onRegistered }: { onRegistered: (registered: Registered) => void }): ReactElement {
  const [name, setName] = useState('');
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const register = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const { data, error } = await client.mutation(RegisterFromDashboardDocument, { input: { name } }).toPromise();
    setBusy(false);
    const result = data?.registerCluster;
    if (result?.__typename === 'RegisterClusterSuccess') {
      const { cluster, joinToken, joinTokenExpiresAt: expiresAt } = result;
      return onRegistered({ id: cluster.id, name: cluster.name, joinToken, expiresAt });
    }
    const problems = result?.__typename === 'InvalidInput' ? result.problems : [];
    setRefused(
      problems.map(({ message, hint }) => (hint ? `${message} ${hint}` : message)).join(' ') ||
        (result?.message ?? faultText(error)),
    );
  };
  return (
    <form onSubmit={(event) => void register(event)}>
      <Stack gap="md">
        <TextInput
          label="Name"
          description="Lower-case letters, digits and hyphens, such as production-eu"
          required
          data-autofocus
          value={name}
          error={refused}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setRefused(undefined);
          }}
        />
        <Group justify="end">
          <Button type="submit" loading={busy}>
            Register
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function JoinCluster({
  registered,
  cluster,
  onClose,
}: {
  registered: Registered;
  cluster: SeenCluster | undefined;
  onClose: () => void;
}): ReactElement {
  const now = useNow();
  const left = (Date.parse(registered.expiresAt) - now) / 1000;
  const health = cluster ? healthOf(cluster) : 'awaited';
  return (
    <Stack gap="md">
      <Text size="sm">
        Start the agent where it reaches the cluster. It dials out; nothing has to be opened for it.
      </Text>
      <CopyText label="Command that starts the agent" text={commandFor(registered)} />
      <Text size="sm">
        In a pod, leave ARGOSY_KUBECONFIG away: the agent then uses the rights of its service account.
      </Text>
      <CopyText label="Join token" text={registered.joinToken} />
      <Alert color="yellow" variant="light">
        The token is shown this once and works once.{' '}
        {left > 0
          ? `It expires in ${formatSeconds(left)}.`
          : 'It has expired: register the cluster under another name.'}
      </Alert>
      <Group justify="space-between">
        <span role="status">
          <HealthBadge health={health} />
        </span>
        <Button onClick={onClose}>{health === 'good' ? 'Done' : 'Close'}</Button>
      </Group>
    </Stack>
  );
}
