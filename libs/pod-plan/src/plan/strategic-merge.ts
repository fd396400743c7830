import { mergeMembers } from '@argosy/workflow-spec';

type Json = unknown;
type JsonObject = Record<string, Json>;

/** Lists of a pod spec that are merged member by member, and the key that tells members apart. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  ports: 'containerPort',
  imagePullSecrets: 'name',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
};

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Kubernetes' strategic merge patch, as far as a pod spec goes: null removes, `$patch: delete` and `$patch: replace` work. */
export function strategicMerge(target: Json, patch: Json, field = ''): Json {
  if (Array.isArray(patch)) return mergeLists(Array.isArray(target) ? target : [], patch, MERGE_KEYS[field]);
  if (!isObject(patch)) return patch;
  const { $patch: directive, ...changes } = patch;
  if (directive === 'replace') return changes;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete merged[name];
    else merged[name] = strategicMerge(merged[name], value, name);
  }
  return merged;
}

function mergeLists(target: readonly Json[], patch: readonly Json[], key: string | undefined): Json[] {
  if (key === undefined) return [...patch];
  if (patch.some((member) => isObject(member) && member.$patch === 'replace'))
    return patch.filter((member) => !(isObject(member) && member.$patch === 'replace'));
  const keyOf = (member: Json): Json => (isObject(member) ? member[key] : undefined);
  const isDeletion = (member: Json): boolean => isObject(member) && member.$patch === 'delete';
  const deleted = new Set(patch.filter(isDeletion).map(keyOf));
  const kept = target.filter((member) => !deleted.has(keyOf(member)));
  const changes = patch.filter((member) => !isDeletion(member));
  const merged = mergeMembers(kept, changes, keyOf, (before, change) => strategicMerge(before, change));
  return merged.map((member) => strategicMerge(undefined, member));
}
