type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/** Lists that are merged member by member, and the field that tells their members apart. Other lists are replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  templates: 'name',
  parameters: 'name',
  artifacts: 'name',
  tasks: 'name',
  volumes: 'name',
  imagePullSecrets: 'name',
  hostAliases: 'ip',
  containers: 'name',
  initContainers: 'name',
  sidecars: 'name',
  env: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
};

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What Go leaves out when it writes an object down says nothing: an empty account does not replace one with a name. */
const isAbsent = (value: Json): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/**
 * What Kubernetes' strategic merge patch makes of `higher` on top of `lower`: maps merge, lists with a key merge member
 * by member (those of `lower` first), everything else is taken from `higher` where it has it. Neither is changed.
 */
export function strategicMerge<T>(lower: T, higher: T): T {
  return merge(lower, higher, '') as T;
}

function merge(lower: Json, higher: Json, field: string): Json {
  if (isAbsent(higher)) return lower ?? higher;
  if (Array.isArray(higher)) {
    const key = MERGE_KEYS[field];
    return key !== undefined && Array.isArray(lower) ? mergeLists(lower, higher, key) : higher;
  }
  if (!isObject(higher) || !isObject(lower)) return higher;
  const merged: Record<string, Json> = { ...lower };
  for (const [name, value] of Object.entries(higher)) merged[name] = merge(lower[name], value, name);
  return merged;
}

function mergeLists(lower: readonly Json[], higher: readonly Json[], key: string): Json[] {
  const keyOf = (member: Json): Json => (isObject(member) ? member[key] : undefined);
  const merged = [...lower];
  const places = new Map(lower.map((member, index) => [keyOf(member), index]));
  for (const member of higher) {
    const place = keyOf(member) === undefined ? undefined : places.get(keyOf(member));
    if (place === undefined) merged.push(member);
    else merged[place] = merge(merged[place], member, '');
  }
  return merged;
}
