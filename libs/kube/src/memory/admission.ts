import type { ResourceType } from '../port/resource.js';
import { configKeyProblem, labelProblem } from './names.js';
import { invalid } from './refusals.js';
import type { Json, JsonObject } from './sealed-json.js';
import { at, isEqual, isObject } from './sealed-json.js';

const POD_DEFAULTS = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  serviceAccountName: 'default',
  enableServiceLinks: true,
};

/** What the API server fills in before it stores a new object: defaults of the core kinds, a fresh status. */
export function withDefaults(type: ResourceType, object: JsonObject): JsonObject {
  if (type.group !== '') return type.statusSubresource ? without(object, 'status') : object;
  switch (type.kind) {
    case 'Pod':
      return {
        ...object,
        spec: { ...POD_DEFAULTS, ...record(object.spec) },
        status: { phase: 'Pending', qosClass: 'BestEffort' },
      };
    case 'PersistentVolumeClaim':
      return {
        ...object,
        spec: { volumeMode: 'Filesystem', ...record(object.spec) },
        status: { phase: 'Pending' },
      };
    case 'Namespace':
      return {
        ...object,
        spec: { finalizers: ['kubernetes'], ...record(object.spec) },
        status: { phase: 'Active' },
      };
    case 'Secret':
      return secretDefaults(object);
    default:
      return type.statusSubresource ? without(object, 'status') : object;
  }
}

const record = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

export function without(object: JsonObject, key: string): JsonObject {
  if (!Object.hasOwn(object, key)) return object;
  const { [key]: _dropped, ...rest } = object;
  return rest;
}

/** `stringData` is write-only: it lands in `data`, base64-encoded. */
function secretDefaults(object: JsonObject): JsonObject {
  const { stringData, ...rest } = object;
  if (!isObject(stringData)) return { type: 'Opaque', ...rest };
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64'),
  ]);
  return { type: 'Opaque', ...rest, data: { ...record(rest.data), ...(Object.fromEntries(encoded) as JsonObject) } };
}

/** Refuses what Kubernetes would refuse in an object of this kind; `previous` is absent on create. */
export function checkKind(type: ResourceType, name: string, object: JsonObject, previous?: JsonObject): void {
  if (type.group !== '') return;
  if (type.kind === 'ConfigMap' || type.kind === 'Secret') checkKeys(type, name, object);
  if (type.kind !== 'Pod') return;
  if (previous) checkPodUpdate(type, name, object, previous);
  else checkPod(type, name, object);
}

/** Keys become names of files. */
function checkKeys(type: ResourceType, name: string, { data }: JsonObject): void {
  for (const key of Object.keys(record(data))) {
    const problem = configKeyProblem(key);
    if (problem) throw invalid(type, name, `data[${key}]: Invalid value: ${JSON.stringify(key)}: ${problem}`);
  }
}

const list = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function checkPod(type: ResourceType, name: string, pod: JsonObject): void {
  const spec = record(pod.spec);
  const containers = list(spec.containers);
  if (containers.length === 0) throw invalid(type, name, 'spec.containers: Required value');
  const volumes = new Set<string>();
  for (const [index, volume] of list(spec.volumes).entries()) {
    const volumeName = text(volume.name);
    if (volumes.has(volumeName)) {
      throw invalid(type, name, `spec.volumes[${index}].name: Duplicate value: ${JSON.stringify(volumeName)}`);
    }
    volumes.add(volumeName);
  }
  const names = new Set<string>();
  for (const [index, container] of list(spec.initContainers).entries())
    checkContainer(type, name, `spec.initContainers[${index}]`, container, names, volumes);
  for (const [index, container] of containers.entries())
    checkContainer(type, name, `spec.containers[${index}]`, container, names, volumes);
}

function checkContainer(
  type: ResourceType,
  pod: string,
  path: string,
  container: JsonObject,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): void {
  const name = text(container.name);
  const problem = labelProblem(name);
  if (name === '') throw invalid(type, pod, `${path}.name: Required value`);
  if (problem) throw invalid(type, pod, `${path}.name: Invalid value: ${JSON.stringify(name)}: ${problem}`);
  if (names.has(name)) throw invalid(type, pod, `${path}.name: Duplicate value: ${JSON.stringify(name)}`);
  names.add(name);
  const paths = new Set<string>();
  for (const [index, mount] of list(container.volumeMounts).entries()) {
    const at_ = `${path}.volumeMounts[${index}]`;
    const volume = text(mount.name);
    const mountPath = text(mount.mountPath);
    if (!volumes.has(volume)) throw invalid(type, pod, `${at_}.name: Not found: ${JSON.stringify(volume)}`);
    if (mountPath === '') throw invalid(type, pod, `${at_}.mountPath: Required value`);
    if (paths.has(mountPath)) {
      throw invalid(type, pod, `${at_}.mountPath: Invalid value: ${JSON.stringify(mountPath)}: must be unique`);
    }
    paths.add(mountPath);
  }
}

/** Scheduling (nodeName), deadlines and tolerations may change after creation, and the image of a container. */
function checkPodUpdate(type: ResourceType, name: string, pod: JsonObject, previous: JsonObject): void {
  const frozen = (object: JsonObject): Json => {
    const {
      nodeName: _n,
      activeDeadlineSeconds: _d,
      tolerations: _t,
      schedulingGates: _g,
      ...spec
    } = record(object.spec);
    const { terminationGracePeriodSeconds: _s, ...rest } = spec;
    const images = (containers: Json | undefined): Json =>
      list(containers).map((container) => without(container, 'image'));
    return { ...rest, containers: images(rest.containers), initContainers: images(rest.initContainers) };
  };
  if (at(pod, ['spec']) === at(previous, ['spec']) || isEqual(frozen(pod), frozen(previous))) return;
  throw invalid(
    type,
    name,
    'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
  );
}
