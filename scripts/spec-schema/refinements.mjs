// What TypeScript types cannot say about the kinds, and what Kubernetes has gained since its typings were published.

/** Fields of Kubernetes 1.31 to 1.35 that the typings package (1.30) does not have yet. */
const NEWER_FIELDS = {
  'k8s.Volume': { image: { type: 'object', properties: { reference: string(), pullPolicy: string() } } },
  'k8s.Container': containerFields(),
  'k8s.Lifecycle': { stopSignal: string() },
  'k8s.EnvVarSource': {
    fileKeyRef: {
      type: 'object',
      properties: { key: string(), path: string(), volumeName: string(), optional: { type: 'boolean' } },
      required: ['key', 'path', 'volumeName'],
    },
  },
  'k8s.ResourceClaim': { request: string() },
  'k8s.PodSecurityContext': { supplementalGroupsPolicy: string(), seLinuxChangePolicy: string() },
  'k8s.VolumeProjection': { podCertificate: {} },
  'k8s.PodAffinityTerm': { matchLabelKeys: list(), mismatchLabelKeys: list() },
};
/** The types of ours that extend Container, into which the generator copies its fields. */
const CONTAINER_LIKE = ['ContainerNode', 'ScriptTemplate', 'UserContainer'];

function string() {
  return { type: 'string' };
}
function list() {
  return { type: 'array', items: { type: 'string' } };
}
function containerFields() {
  return { restartPolicyRules: { type: 'array', items: {} } };
}

/** Every number of the kinds is a whole one, but for these. */
const FRACTIONS = new Set(['Histogram']);

export function refine(definitions) {
  const refined = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, FRACTIONS.has(name) ? schema : wholeNumbers(schema)]),
  );
  refined['k8s.Quantity'] = {
    type: ['string', 'number'],
    format: 'quantity',
    description: 'An amount such as 500m, 1, 100Mi or 2Gi.',
  };
  refined['k8s.FieldsV1'] = { description: refined['k8s.FieldsV1']?.description };
  for (const [name, fields] of Object.entries(NEWER_FIELDS)) add(refined[name], fields);
  for (const name of CONTAINER_LIKE) add(refined[name], containerFields());
  add(refined.Template?.properties.container, containerFields());
  return refined;
}

function add(schema, fields) {
  if (!schema?.properties) return;
  for (const [name, field] of Object.entries(fields))
    schema.properties[name] ??= field.properties ? { additionalProperties: false, ...field } : field;
}

function wholeNumbers(schema) {
  if (Array.isArray(schema)) return schema.map(wholeNumbers);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, wholeNumbers(value)]));
  if (copy.type === 'number') copy.type = 'integer';
  const isIntOrString = Array.isArray(copy.type) && copy.type.length === 2 && copy.type.includes('number');
  if (isIntOrString) copy.type = copy.type.map((type) => (type === 'number' ? 'integer' : type));
  return copy;
}

/** The schema without descriptions: a field may be called "description", so only texts go. */
export function withoutProse(schema) {
  if (Array.isArray(schema)) return schema.map(withoutProse);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => key !== 'description' || typeof value !== 'string')
      .map(([key, value]) => [key, withoutProse(value)]),
  );
}
