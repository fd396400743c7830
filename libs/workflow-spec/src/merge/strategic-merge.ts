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
 * by member, everything else is taken from `higher` where it has it. Neither is changed.
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
  return mergeMembers(lower, higher, keyOf, (below, above) => merge(below, above, ''));
}

/**
 * Two lists member by member, in Kubernetes' order: members of both keep the places that they have in `lower`; a member
 * that only `higher` has comes before whatever of `lower` is left.
 */
export function mergeMembers<T>(
  lower: readonly T[],
  higher: readonly T[],
  keyOf: (member: T) => unknown,
  mergeTwo: (lower: T, higher: T) => T,
): T[] {
  const places = new Map(lower.map((member, place) => [keyOf(member), place]));
  const placeOf = (member: T): number | undefined =>
    keyOf(member) === undefined ? undefined : places.get(keyOf(member));
  const taken = new Set(higher.map(placeOf));
  const merged: T[] = [];
  let next = 0;
  const takeLower = (end: number): void => {
    merged.push(...lower.slice(next, end).filter((_, offset) => !taken.has(next + offset)));
    next = Math.max(next, end);
  };
  for (const member of higher) {
    const place = placeOf(member);
    if (place !== undefined) takeLower(place);
    const below = place === undefined ? undefined : lower[place];
    merged.push(below === undefined ? member : mergeTwo(below, member));
  }
  takeLower(lower.length);
  return merged;
}
