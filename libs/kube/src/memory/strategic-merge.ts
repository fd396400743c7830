import type { Json, JsonObject } from './sealed-json.js';
import { isEqual, isObject, setOwn } from './sealed-json.js';

/** Lists of the core kinds that are merged item by item, by the field that tells items apart. All others are replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  ports: 'containerPort',
  conditions: 'type',
  ownerReferences: 'uid',
  imagePullSecrets: 'name',
  secrets: 'name',
  hostAliases: 'ip',
  podIPs: 'ip',
  topologySpreadConstraints: 'topologyKey',
  schedulingGates: 'name',
};
const PRIMITIVE_MERGE = new Set(['finalizers']);
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

/** Kubernetes' strategic merge patch for the core kinds, with its `$patch`, `$retainKeys` and deletion directives. */
export function strategicMerge(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  if (patch.$patch === 'delete') return {};
  const replace = patch.$patch === 'replace';
  const result: Record<string, Json> = isObject(target) && !replace ? { ...target } : {};
  const retain = patch.$retainKeys;
  if (Array.isArray(retain)) {
    for (const key of Object.keys(result)) if (!(retain as readonly Json[]).includes(key)) delete result[key];
  }
  for (const [key, value] of Object.entries(patch)) mergeKey(result, key, value);
  return result;
}

function mergeKey(result: Record<string, Json>, key: string, value: Json): void {
  if (key === '$patch' || key === '$retainKeys' || key.startsWith(ELEMENT_ORDER)) return;
  if (key.startsWith(DELETE_PRIMITIVES)) {
    const name = key.slice(DELETE_PRIMITIVES.length);
    const gone = value as readonly Json[];
    const present = result[name];
    if (Array.isArray(present)) result[name] = (present as readonly Json[]).filter((item) => !gone.includes(item));
    return;
  }
  if (value === null) delete result[key];
  else setOwn(result, key, mergeValue(key, Object.hasOwn(result, key) ? result[key] : undefined, value));
}

function mergeValue(key: string, target: Json | undefined, patch: Json): Json {
  if (!Array.isArray(patch)) return strategicMerge(target, patch);
  const items = patch as readonly Json[];
  const present = Array.isArray(target) ? (target as readonly Json[]) : [];
  if (PRIMITIVE_MERGE.has(key)) return [...present, ...items.filter((item) => !present.includes(item))];
  const mergeKey = MERGE_KEYS[key];
  if (mergeKey === undefined || !items.every((item) => isObject(item))) return items;
  return mergeList(present, items, mergeKey);
}

function mergeList(target: readonly Json[], patch: readonly JsonObject[], key: string): Json {
  if (patch.some((item) => item.$patch === 'replace')) return patch.filter((item) => item.$patch !== 'replace');
  const result = [...target];
  for (const item of patch) {
    const position = result.findIndex((other) => isObject(other) && isEqual(other[key], item[key]));
    if (item.$patch === 'delete') {
      if (position >= 0) result.splice(position, 1);
    } else if (position >= 0) result[position] = strategicMerge(result[position], item);
    else result.push(strategicMerge(undefined, item));
  }
  return result;
}
