import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Definition {
  spec: {
    group: string;
    scope: string;
    names: { kind: string; plural: string; shortNames?: string[] };
    versions: {
      name: string;
      served: boolean;
      storage: boolean;
      additionalPrinterColumns?: { name: string; jsonPath: string }[];
    }[];
  };
}
const FOLDER = 'deploy/crds';
const definitions = readdirSync(FOLDER).map((name) => parse(readFileSync(`${FOLDER}/${name}`, 'utf8')) as Definition);

describe('the kinds of a cluster', () => {
  it('have the names that kubectl and manifests use for them', () => {
    const told = definitions.map(({ spec: { scope, names } }) =>
      [names.kind, names.plural, scope, ...(names.shortNames ?? [])].join(' '),
    );
    expect(told.sort()).toEqual([
      'ClusterWorkflowTemplate clusterworkflowtemplates Cluster clusterwftmpl cwft',
      'CronWorkflow cronworkflows Namespaced cwf cronwf',
      'Workflow workflows Namespaced wf',
      'WorkflowArtifactGCTask workflowartifactgctasks Namespaced wfat',
      'WorkflowEventBinding workfloweventbindings Namespaced wfeb',
      'WorkflowTaskResult workflowtaskresults Namespaced',
      'WorkflowTaskSet workflowtasksets Namespaced wfts',
      'WorkflowTemplate workflowtemplates Namespaced wftmpl',
    ]);
  });

  it('are of one group and version', () => {
    for (const { spec } of definitions) {
      expect(spec.group).toBe('argoproj.io');
      expect(spec.versions).toMatchObject([{ name: 'v1alpha1', served: true, storage: true }]);
    }
  });

  it('show of a workflow how it stands', () => {
    const workflow = definitions.find(({ spec }) => spec.names.kind === 'Workflow');
    const columns = workflow?.spec.versions[0]?.additionalPrinterColumns ?? [];
    expect(columns.map(({ name, jsonPath }) => `${name} ${jsonPath}`)).toEqual([
      'Status .status.phase',
      'Age .status.startedAt',
      'Message .status.message',
    ]);
  });
});
