// CustomResourceDefinitions from the same definitions. Structural schemas know no references, so they are written out;
// where a type holds itself (a template in a step of a template) the server keeps what is there unseen, and the
// controller's own validation looks at it.
import { stringify } from 'yaml';

const RESOURCES = [
  ['Workflow', 'workflows', ['wf'], 'Namespaced', workflowColumns()],
  ['WorkflowTemplate', 'workflowtemplates', ['wftmpl'], 'Namespaced'],
  ['ClusterWorkflowTemplate', 'clusterworkflowtemplates', ['clusterwftmpl', 'cwft'], 'Cluster'],
  ['CronWorkflow', 'cronworkflows', ['cwf', 'cronwf'], 'Namespaced'],
  ['WorkflowEventBinding', 'workfloweventbindings', ['wfeb'], 'Namespaced'],
  ['WorkflowTaskSet', 'workflowtasksets', ['wfts'], 'Namespaced', [], { status: {} }],
  ['WorkflowTaskResult', 'workflowtaskresults', [], 'Namespaced'],
  ['WorkflowArtifactGCTask', 'workflowartifactgctasks', ['wfat'], 'Namespaced', [], { status: {} }],
];
/** Written by controllers: their growth must never stop an object from being stored. */
const UNSEEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
/** Said once, where people write it; in full the descriptions of Kubernetes' own types would pass the size of an object. */
const PROSE_DEPTH = 2;

function workflowColumns() {
  return [
    { name: 'Status', type: 'string', jsonPath: '.status.phase', description: 'Status of the workflow' },
    {
      name: 'Age',
      type: 'date',
      format: 'date-time',
      jsonPath: '.status.startedAt',
      description: 'When the workflow was started',
    },
    {
      name: 'Message',
      type: 'string',
      jsonPath: '.status.message',
      description: 'Human readable message of the status',
    },
  ];
}

/** `[file name, YAML]` of every kind. */
export function customResourceDefinitions(definitions) {
  return RESOURCES.map(([kind, plural, shortNames, scope, columns = [], subresources]) => {
    const version = {
      name: 'v1alpha1',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: rootSchema(definitions, kind) },
      ...(columns.length > 0 && { additionalPrinterColumns: columns }),
      ...(subresources && { subresources }),
    };
    const names = {
      kind,
      listKind: `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      ...(shortNames.length > 0 && { shortNames }),
    };
    const resource = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.argoproj.io` },
      spec: { group: 'argoproj.io', names, scope, versions: [version] },
    };
    return [
      `argoproj.io_${plural}`,
      stringify(resource, { aliasDuplicateObjects: false, lineWidth: 0, singleQuote: true }),
    ];
  });
}

function rootSchema(definitions, kind) {
  const root = definitions[kind].$ref ? definitions[kind.replace(/^Cluster/, '')] : definitions[kind];
  const { metadata: _metadata, status, ...fields } = root.properties;
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, structural(field, definitions, [kind], 0)]),
  );
  const required = root.required.filter((name) => name in properties && name !== 'apiVersion' && name !== 'kind');
  return {
    type: 'object',
    properties: { ...properties, metadata: { type: 'object' }, ...(status && { status: UNSEEN }) },
    ...(required.length > 0 && { required: [...required, 'metadata'] }),
  };
}

function structural(schema, definitions, within, depth) {
  if (schema.$ref) {
    const name = schema.$ref.slice('#/definitions/'.length);
    if (within.includes(name)) return UNSEEN;
    return structural(definitions[name], definitions, [...within, name], depth);
  }
  const description = depth <= PROSE_DEPTH && schema.description ? { description: schema.description } : {};
  const { type, items, properties, additionalProperties, required } = schema;
  if (Array.isArray(type)) return { ...description, ...mixedType(type) };
  switch (type) {
    case 'array':
      return { ...description, type, items: structural(items ?? {}, definitions, within, depth + 1) };
    case 'object': {
      const inner = (field) => structural(field, definitions, within, depth + 1);
      if (properties) {
        const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, inner(field)]));
        const isOpen = additionalProperties !== false;
        return {
          ...description,
          type,
          properties: fields,
          ...(required?.length > 0 && { required }),
          ...(isOpen && { 'x-kubernetes-preserve-unknown-fields': true }),
        };
      }
      if (additionalProperties === false) return { ...description, type };
      const values = inner(additionalProperties ?? {});
      return values.type || values['x-kubernetes-int-or-string']
        ? { ...description, type, additionalProperties: values }
        : { ...description, ...UNSEEN };
    }
    case undefined:
      return { ...description, 'x-kubernetes-preserve-unknown-fields': true };
    default:
      return {
        ...description,
        type,
        ...(schema.enum && { enum: schema.enum }),
        ...(schema.const && { enum: [schema.const] }),
      };
  }
}

/** Structural schemas allow a union of types only between whole numbers and strings. */
function mixedType(types) {
  const isIntOrString = types.includes('string') && types.includes('integer') && types.length === 2;
  return isIntOrString ? { 'x-kubernetes-int-or-string': true } : { 'x-kubernetes-preserve-unknown-fields': true };
}
