import type { KubeObject, ResourceType } from '../port/resource.js';

/** The objects of one kind, by namespace and name, with an index for the labels that are asked for most. */
export class ObjectTable {
  private readonly namespaces = new Map<string, Map<string, KubeObject>>();
  private readonly labelled = new Map<string, Set<KubeObject>>();

  constructor(
    readonly type: ResourceType,
    private readonly indexedLabels: ReadonlySet<string>,
  ) {}

  get(namespace: string, name: string): KubeObject | undefined {
    return this.namespaces.get(namespace)?.get(name);
  }

  put(namespace: string, name: string, object: KubeObject): void {
    let objects = this.namespaces.get(namespace);
    if (!objects) this.namespaces.set(namespace, (objects = new Map<string, KubeObject>()));
    const previous = objects.get(name);
    if (previous) this.forget(previous);
    objects.set(name, object);
    for (const key of this.labelKeys(object)) {
      const set = this.labelled.get(key);
      if (set) set.add(object);
      else this.labelled.set(key, new Set([object]));
    }
  }

  remove(namespace: string, name: string): void {
    const objects = this.namespaces.get(namespace);
    const previous = objects?.get(name);
    if (!objects || !previous) return;
    this.forget(previous);
    objects.delete(name);
    if (objects.size === 0) this.namespaces.delete(namespace);
  }

  hasAnyIn(namespace: string): boolean {
    return this.namespaces.has(namespace);
  }

  /** Objects of a namespace (all without one), sorted as etcd sorts them. `label` narrows by an indexed label. */
  select(namespace: string | undefined, label?: readonly [string, string]): KubeObject[] {
    const found = label ? this.withLabel(namespace, label) : this.inNamespace(namespace);
    return found.sort(byKey);
  }

  private inNamespace(namespace: string | undefined): KubeObject[] {
    if (namespace !== undefined) return [...(this.namespaces.get(namespace)?.values() ?? [])];
    return [...this.namespaces.values()].flatMap((objects) => [...objects.values()]);
  }

  private withLabel(namespace: string | undefined, [key, value]: readonly [string, string]): KubeObject[] {
    const found = [...(this.labelled.get(`${key}=${value}`) ?? [])];
    return namespace === undefined ? found : found.filter((object) => object.metadata?.namespace === namespace);
  }

  private forget(object: KubeObject): void {
    for (const key of this.labelKeys(object)) {
      const set = this.labelled.get(key);
      set?.delete(object);
      if (set?.size === 0) this.labelled.delete(key);
    }
  }

  private labelKeys(object: KubeObject): string[] {
    const labels = object.metadata?.labels;
    if (!labels) return [];
    return [...this.indexedLabels].flatMap((key) => (labels[key] === undefined ? [] : [`${key}=${labels[key]}`]));
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byKey = (a: KubeObject, b: KubeObject): number =>
  compare(a.metadata?.namespace ?? '', b.metadata?.namespace ?? '') ||
  compare(a.metadata?.name ?? '', b.metadata?.name ?? '');
