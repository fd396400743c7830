import type { Container, EnvVar, EnvVarSource, Pod } from 'kubernetes-types/core/v1.js';

/** Something that a pod needs is not there (yet); the container waits with this reason. */
export class NotReady extends Error {
  constructor(
    readonly reason: 'CreateContainerConfigError' | 'ErrImagePull' | 'ContainerCreating' | 'InvalidImageName',
    message: string,
  ) {
    super(message);
  }
}

/** Reads the data of a config map or secret as bytes; undefined when there is no such object. */
export type DataReader = (
  kind: 'configmap' | 'secret',
  namespace: string,
  name: string,
) => Promise<Readonly<Record<string, Buffer>> | undefined>;

export interface Capacity {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

/** A container's environment as a kubelet builds it: `envFrom`, then `env` in order, with `$(NAME)` expanded. */
export async function buildEnvironment(
  pod: Pod,
  container: Container,
  read: DataReader,
  capacity: Capacity,
): Promise<Record<string, string>> {
  const namespace = pod.metadata?.namespace ?? '';
  const env: Record<string, string> = {};
  for (const source of container.envFrom ?? []) {
    const [kind, ref] = source.configMapRef
      ? (['configmap', source.configMapRef] as const)
      : (['secret', source.secretRef ?? {}] as const);
    const data = await read(kind, namespace, ref.name ?? '');
    if (!data && ref.optional !== true) throw missing(kind, ref.name ?? '');
    for (const [key, value] of Object.entries(data ?? {})) env[(source.prefix ?? '') + key] = value.toString();
  }
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, { pod, container, namespace, read, capacity });
    if (value !== undefined) env[variable.name] = variable.valueFrom ? value : expand(value, env);
  }
  return env;
}

interface Scope {
  readonly pod: Pod;
  readonly container: Container;
  readonly namespace: string;
  readonly read: DataReader;
  readonly capacity: Capacity;
}

async function valueOf(variable: EnvVar, scope: Scope): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (!from) return variable.value ?? '';
  if (from.fieldRef) return fieldValue(scope.pod, from.fieldRef.fieldPath);
  if (from.resourceFieldRef) return resourceValue(scope.pod, scope.container, from.resourceFieldRef, scope.capacity);
  const [kind, ref] = from.configMapKeyRef
    ? (['configmap', from.configMapKeyRef] as const)
    : (['secret', from.secretKeyRef] as const);
  if (!ref) return '';
  const data = await scope.read(kind, scope.namespace, ref.name ?? '');
  const value = data?.[ref.key];
  if (value !== undefined || ref.optional === true) return value?.toString();
  if (!data) throw missing(kind, ref.name ?? '');
  throw new NotReady(
    'CreateContainerConfigError',
    `couldn't find key ${ref.key} in ${kind === 'configmap' ? 'ConfigMap' : 'Secret'} ${scope.namespace}/${ref.name ?? ''}`,
  );
}

const missing = (kind: string, name: string): NotReady =>
  new NotReady('CreateContainerConfigError', `${kind} "${name}" not found`);

/** `$(NAME)` of a known name is replaced; `$$(NAME)` and unknown names stay literal. */
export const expand = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$\$|\$\(([A-Za-z_.-][\w.-]*)\)/g, (match, name: string | undefined) =>
    name === undefined ? '$' : (env[name] ?? match),
  );

/** A downward API field of the pod. */
export function fieldValue(pod: Pod, path: string): string {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return metadata?.[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata?.name ?? '';
    case 'metadata.namespace':
      return metadata?.namespace ?? '';
    case 'metadata.uid':
      return metadata?.uid ?? '';
    case 'metadata.labels':
      return pairs(metadata?.labels);
    case 'metadata.annotations':
      return pairs(metadata?.annotations);
    case 'spec.nodeName':
      return spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? 'default';
    case 'status.hostIP':
    case 'status.podIP':
    case 'status.hostIPs':
    case 'status.podIPs':
      return '127.0.0.1';
    default:
      throw new NotReady('CreateContainerConfigError', `unsupported fieldPath: ${path}`);
  }
}

const pairs = (record: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(record ?? {})
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 0.001,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A Kubernetes quantity as a number; NaN when it is none. */
export function quantity(text: string): number {
  const match = /^([\d.]+)([a-zA-Z]*)$/.exec(text);
  return Number(match?.[1] ?? Number.NaN) * (UNITS[match?.[2] ?? ''] ?? Number.NaN);
}

/** Limits default to what the machine has, rounded up in units of the divisor. */
export function resourceValue(
  pod: Pod,
  container: Container,
  ref: NonNullable<EnvVarSource['resourceFieldRef']>,
  capacity: Capacity,
): string {
  const named = ref.containerName;
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const target = named === undefined ? container : all.find((candidate) => candidate.name === named);
  const [kind = '', name = ''] = ref.resource.split('.') as ['limits' | 'requests', string];
  const declared = target?.resources?.[kind === '' ? 'limits' : kind]?.[name];
  const machine = name === 'cpu' ? capacity.cpuMilli / 1000 : name === 'memory' ? capacity.memoryBytes : 0;
  const value = declared === undefined ? (kind === 'limits' ? machine : 0) : quantity(declared);
  const divisor = ref.divisor === undefined || ref.divisor === '0' ? 1 : quantity(ref.divisor);
  // Binary fractions such as 0.1 / 0.001 must not round up to the next whole number.
  return String(Math.ceil(Number((value / divisor).toFixed(6))));
}
