import { Alert, Button, Group, List, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useNavigate } from 'react-router';
import { client } from '../../graphql/client.js';
import { SubmitFromDashboardDocument } from '../../gql/operations.js';

const EXAMPLE = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: hello-
spec:
  entrypoint: hello
  templates:
    - name: hello
      container:
        image: busybox
        command: [echo, hello world]
`;
interface Refused {
  readonly message: string;
  readonly problems: readonly {
    message: string;
    line: number | null;
    column: number | null;
    path: string | null;
    hint: string | null;
  }[];
}

export function SubmitDialog({ opened, onClose }: { opened: boolean; onClose: () => void }): ReactElement {
  const [manifest, setManifest] = useState(EXAMPLE);
  const [cluster, setCluster] = useState('any');
  const [refused, setRefused] = useState<Refused>();
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const submit = async (): Promise<void> => {
    setBusy(true);
    const { data, error } = await client
      .mutation(SubmitFromDashboardDocument, { input: { manifest, cluster } })
      .toPromise();
    setBusy(false);
    const result = data?.submitRun;
    if (result?.__typename === 'SubmitRunSuccess') {
      onClose();
      return void navigate(`/runs/${result.run.id}`);
    }
    setRefused({
      message: result?.message ?? error?.message ?? 'The run was not submitted.',
      problems: result?.__typename === 'InvalidInput' ? result.problems : [],
    });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Submit a workflow" size="xl">
      <Stack gap="sm">
        {refused && (
          <Alert color="red" role="alert" title={refused.message}>
            <List size="sm">
              {refused.problems.map(({ message, line, column, path, hint }) => (
                <List.Item key={`${line}:${column}:${path}:${message}`}>
                  {line ? `Line ${line}, column ${column}: ` : path ? `${path}: ` : ''}
                  {message}
                  {hint ? ` (${hint})` : ''}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Textarea
          label="Workflow, as YAML or JSON"
          autosize
          minRows={14}
          maxRows={26}
          value={manifest}
          onChange={(event) => setManifest(event.currentTarget.value)}
          styles={{ input: { fontFamily: 'ui-monospace, monospace', fontSize: 12.5 } }}
          spellCheck={false}
        />
        <Group align="end" justify="space-between">
          <TextInput
            label="Cluster"
            description="A name, or any"
            value={cluster}
            onChange={(event) => setCluster(event.currentTarget.value)}
          />
          <Button onClick={() => void submit()} loading={busy}>
            Submit
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
