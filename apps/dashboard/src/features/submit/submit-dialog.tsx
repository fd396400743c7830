import { Alert, Button, FileButton, Group, Modal, Select, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconAlertTriangle, IconFileImport } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { ReactElement, RefObject } from 'react';
import { useNavigate } from 'react-router';
import { client } from '../../graphql/client.js';
import { faultText } from '../../graphql/fault.js';
import { ClusterNamesDocument, SubmitFromDashboardDocument } from '../../gql/operations.js';
import type { ClusterNamesQuery, SubmitRunInput } from '../../gql/operations.js';
import { EXAMPLE } from './example.js';
import { ManifestEditor } from './manifest-editor.js';
import type { Problem } from './manifest.js';
import { ParameterFields } from './parameter-fields.js';
import { offsetOf } from './text-position.js';
import { useManifest } from './use-manifest.js';
import './submit.css';

const ANY = 'any';
interface Refused {
  readonly message: string;
  readonly problems: readonly Problem[];
}

const clusterChoices = (nodes: ClusterNamesQuery['clusters']['nodes']) => [
  { value: ANY, label: 'Any connected cluster' },
  ...nodes.map(({ name, state }) => ({
    value: name,
    label: state === 'CONNECTED' ? name : `${name} (not connected)`,
  })),
];

function useClusters(): ClusterNamesQuery['clusters']['nodes'] {
  const [nodes, setNodes] = useState<ClusterNamesQuery['clusters']['nodes']>([]);
  useEffect(() => {
    void client
      .query(ClusterNamesDocument, {})
      .toPromise()
      .then(({ data }) => setNodes(data?.clusters.nodes ?? []));
  }, []);
  return nodes;
}

/** Puts the caret to where a problem is. */
function show(field: RefObject<HTMLTextAreaElement | null>, { line, column }: Problem): void {
  const { current: area } = field;
  if (!area || line === null) return;
  const at = offsetOf(area.value, line, column ?? 1);
  area.focus();
  area.setSelectionRange(at, at);
  const lineHeight = area.scrollHeight / area.value.split('\n').length;
  area.scrollTop = Math.max(0, (line - 4) * lineHeight);
}

export function SubmitDialog({ opened, onClose }: { opened: boolean; onClose: () => void }): ReactElement {
  const isNarrow = useMediaQuery('(max-width: 48em)');
  // Kept here, so that a dialog that is closed by mistake loses nothing.
  const [source, setSource] = useState(EXAMPLE);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Submit a workflow"
      size={1080}
      fullScreen={isNarrow ?? false}
      keepMounted={false}
    >
      <SubmitForm source={source} onChange={setSource} onSubmitted={onClose} />
    </Modal>
  );
}

const problemCount = (count: number): string => `Not submitted: ${count === 1 ? 'one problem' : `${count} problems`}`;

/** Sends the workflow, and keeps why it was refused until it is changed. */
function useSubmission(onSubmitted: () => void) {
  const [refused, setRefused] = useState<Refused>();
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const submit = async (input: SubmitRunInput): Promise<void> => {
    setBusy(true);
    const { data, error } = await client.mutation(SubmitFromDashboardDocument, { input }).toPromise();
    setBusy(false);
    const result = data?.submitRun;
    if (result?.__typename === 'SubmitRunSuccess') {
      onSubmitted();
      return void navigate(`/runs/${result.run.id}`);
    }
    setRefused({
      message: result?.message ?? faultText(error),
      problems: result?.__typename === 'InvalidInput' ? result.problems : [],
    });
  };
  return { refused, forget: () => setRefused(undefined), busy, submit };
}

function SubmitForm({
  source,
  onChange,
  onSubmitted,
}: {
  source: string;
  onChange: (source: string) => void;
  onSubmitted: () => void;
}): ReactElement {
  const [cluster, setCluster] = useState(ANY);
  const [values, setValues] = useState<ReadonlyMap<string, string>>(new Map());
  const field = useRef<HTMLTextAreaElement>(null);
  const clusters = useClusters();
  const { refused, forget, busy, submit } = useSubmission(onSubmitted);
  const { parameters, problems: faults } = useManifest(source);
  const problems = refused?.problems.length ? refused.problems : faults;
  const change = (text: string): void => {
    onChange(text);
    forget();
  };
  const send = (): void => {
    const given = parameters.flatMap(({ name }) => {
      const value = values.get(name);
      return value ? [{ name, value }] : [];
    });
    void submit({ manifest: source, cluster, ...(given.length > 0 ? { parameters: given } : {}) });
  };
  return (
    <div className="submit">
      <div className="submit-source">
        <ManifestEditor
          field={field}
          value={source}
          marked={new Set(problems.flatMap(({ line }) => (line === null ? [] : [line])))}
          onChange={change}
        />
        <FileButton accept=".yaml,.yml,.json" onChange={(file) => void file?.text().then(change)}>
          {(props) => (
            <Button
              {...props}
              size="compact-sm"
              variant="subtle"
              leftSection={<IconFileImport size={15} aria-hidden />}
            >
              Open a file, or drop it here
            </Button>
          )}
        </FileButton>
      </div>
      <div className="submit-side">
        {refused && problems.length === 0 && <Alert color="red">{refused.message}</Alert>}
        {problems.length > 0 && (
          <Problems
            title={refused ? problemCount(problems.length) : 'This is not YAML yet'}
            isRefusal={refused !== undefined}
            problems={problems}
            onShow={(problem) => show(field, problem)}
          />
        )}
        {parameters.length > 0 && (
          <section aria-label="Parameters">
            <Text fw={600} size="sm" mb={6}>
              Parameters
            </Text>
            <ParameterFields
              parameters={parameters}
              values={values}
              onChange={(name, value) => setValues(new Map([...values, [name, value]]))}
            />
          </section>
        )}
        <Select
          label="Cluster"
          allowDeselect={false}
          data={clusterChoices(clusters)}
          value={cluster}
          onChange={(chosen) => setCluster(chosen ?? ANY)}
        />
        <Group justify="end" mt="auto">
          <Button onClick={send} loading={busy}>
            Submit
          </Button>
        </Group>
      </div>
    </div>
  );
}

function Problems({
  title,
  isRefusal,
  problems,
  onShow,
}: {
  title: string;
  isRefusal: boolean;
  problems: readonly Problem[];
  onShow: (problem: Problem) => void;
}): ReactElement {
  return (
    <section className="problems" role={isRefusal ? 'alert' : undefined} aria-label="Problems">
      <header>
        <IconAlertTriangle size={16} aria-hidden />
        {title}
      </header>
      <ul>
        {problems.map((problem) => {
          const { line, column, path, message, hint } = problem;
          const where = line === null ? path : `Line ${line}, column ${column ?? 1}`;
          return (
            <li key={`${line}:${column}:${path}:${message}`}>
              {where && (
                <button disabled={line === null} onClick={() => onShow(problem)}>
                  {where}
                </button>
              )}
              <span>{message}</span>
              {hint && <small>{hint}</small>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
