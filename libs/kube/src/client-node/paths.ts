import type { ObjectRef, ResourceType } from '../port/resource.js';

/** The URL path of a kind, in a namespace or across all. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope =
    type.namespaced && namespace !== undefined && namespace !== ''
      ? `/namespaces/${encodeURIComponent(namespace)}`
      : '';
  return `${root}${scope}/${type.plural}`;
}

export const objectPath = (ref: ObjectRef): string =>
  `${collectionPath(ref.type, ref.namespace)}/${encodeURIComponent(ref.name)}`;

/** A query string from what is set; values are encoded. */
export function query(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined) search.set(key, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
