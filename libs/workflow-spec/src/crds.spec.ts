import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

/** What an API server keeps of an object, and what it refuses. */
interface StructuralSchema {
  type?: string;
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  required?: string[];
  enum?: unknown[];
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
}
interface Definition {
  spec: {
    group: string;
    scope: string;
    names: { kind: string; plural: string; shortNames?: string[] };
    versions: {
      name: string;
      served: boolean;
      storage: boolean;
      schema: { openAPIV3Schema: StructuralSchema };
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

const schemaOf = (kind: string): StructuralSchema =>
  definitions.find(({ spec }) => spec.names.kind === kind)?.spec.versions[0]?.schema.openAPIV3Schema ?? {};

/** Where the server would drop something of a value, or refuse it. */
function lossesOf(value: unknown, schema: StructuralSchema, path: string): string[] {
  if (schema['x-kubernetes-int-or-string']) return ['number', 'string'].includes(typeof value) ? [] : [`${path}: type`];
  if (schema.type !== undefined && !TYPES[schema.type]?.(value)) return [`${path}: not of type ${schema.type}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${path}: not in the enum`];
  if (Array.isArray(value))
    return schema.items ? value.flatMap((item, i) => lossesOf(item, schema.items ?? {}, `${path}[${i}]`)) : [];
  if (typeof value !== 'object' || value === null) return [];
  const missing = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${path}.${name}: missing`);
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] ?? /^\w+\.metadata$/.test(path);
  const inner = Object.entries(value).flatMap(([name, field]) => {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    if (known) return lossesOf(field, known, `${path}.${name}`);
    return isOpen || schema.type === undefined ? [] : [`${path}.${name}: dropped`];
  });
  return [...missing, ...inner];
}
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
};

describe('the API server', () => {
  const folders = ['libs/workflow-spec/fixtures', 'examples/workflows', 'examples/ci'];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));

  it.each(files.filter((name) => name.endsWith('.yaml')))('keeps all of %s', (name) => {
    const objects = parseAllDocuments(readFileSync(name, 'utf8')).map(
      (document) => document.toJS() as { kind: string },
    );
    const losses = objects.flatMap((object) => lossesOf(object, schemaOf(object.kind), object.kind));
    expect(losses).toEqual([]);
  });

  it('drops and refuses what does not belong', () => {
    const steps = { name: 'a', steps: [[{ name: 's', tempalte: 'x' }]] };
    const spec = { entrypoint: 1, templates: [steps] };
    expect(lossesOf({ metadata: { anything: 1 }, spec }, schemaOf('Workflow'), 'wf')).toEqual([
      'wf.spec.entrypoint: not of type string',
      'wf.spec.templates[0].steps[0][0].tempalte: dropped',
    ]);
  });
});
