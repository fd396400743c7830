import type { WatchEvent, WatchOptions } from '../port/kube-api.js';
import type { KubeObject, ResourceType } from '../port/resource.js';
import type { JournalEntry, KubeJournal } from './journal.js';
import { ObjectTable } from './object-table.js';
import { tooLarge } from './refusals.js';
import type { JsonObject } from './sealed-json.js';
import { seal } from './sealed-json.js';
import type { Predicate } from './selectors.js';
import { WatchHub } from './watch-hub.js';

/** etcd's default limit for one request; Argo users meet it with large workflow statuses. */
const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024;

export interface StoreOptions {
  readonly indexedLabels: ReadonlySet<string>;
  /** Changes of each kind that a watch can still resume from. */
  readonly historyLimit: number;
  readonly journal?: KubeJournal;
}
interface Shelf {
  readonly table: ObjectTable;
  readonly hub: WatchHub;
}

export const typeKey = (type: ResourceType): string => `${type.group}/${type.plural}`;

/** Versioned objects of all kinds, their dependents and their watchers: what etcd and its cache are to an API server. */
export class Store {
  private readonly shelves = new Map<string, Shelf>();
  /** Objects by the uid of an owner. */
  private readonly dependents = new Map<string, Map<string, { type: ResourceType; object: KubeObject }>>();
  private readonly uids = new Set<string>();
  private version_ = 0;
  /** The version at start: no watch can resume from before it. */
  private floor = 0;

  constructor(private readonly options: StoreOptions) {
    for (const entry of options.journal?.read() ?? []) this.recall(entry);
    this.floor = this.version_;
    for (const [key, { table }] of this.shelves) this.shelves.set(key, { table, hub: this.newHub() });
  }

  get version(): number {
    return this.version_;
  }

  table(type: ResourceType): ObjectTable {
    return this.shelf(type).table;
  }

  get types(): ResourceType[] {
    return [...this.shelves.values()].map((shelf) => shelf.table.type);
  }

  hasUid(uid: string): boolean {
    return this.uids.has(uid);
  }

  dependentsOf(uid: string): { type: ResourceType; object: KubeObject }[] {
    return [...(this.dependents.get(uid)?.values() ?? [])];
  }

  /** Stores an object under the next version and tells the watchers; returns it as stored. */
  put(type: ResourceType, object: JsonObject, previous: KubeObject | undefined): KubeObject {
    const version = this.version_ + 1;
    const metadata = { ...(object.metadata as JsonObject), resourceVersion: String(version) };
    const sealed = seal({ ...object, metadata });
    if (sealed.bytes > MAX_OBJECT_BYTES) throw tooLarge();
    const stored = sealed.value as KubeObject;
    this.version_ = version;
    const { table, hub } = this.shelf(type);
    const { namespace, name } = keyOf(stored);
    if (previous) this.unlink(previous);
    table.put(namespace, name, stored);
    this.link(type, stored);
    this.remember({ version, type, namespace, name, object: stored });
    hub.publish({ type: previous ? 'MODIFIED' : 'ADDED', version, object: stored, previous });
    return stored;
  }

  remove(type: ResourceType, object: KubeObject): void {
    this.version_ += 1;
    const { table, hub } = this.shelf(type);
    const { namespace, name } = keyOf(object);
    table.remove(namespace, name);
    this.unlink(object);
    const last = seal({ ...object, metadata: { ...object.metadata, resourceVersion: String(this.version_) } });
    this.remember({ version: this.version_, type, namespace, name });
    hub.publish({ type: 'DELETED', version: this.version_, object: last.value as KubeObject, previous: object });
  }

  watch(
    type: ResourceType,
    options: WatchOptions,
    matches: Predicate | undefined,
    initial: readonly KubeObject[],
  ): AsyncIterable<WatchEvent<KubeObject>> {
    return this.shelf(type).hub.open(options, matches, initial);
  }

  disconnectWatchers(): void {
    for (const { hub } of this.shelves.values()) hub.disconnectAll();
  }

  flush(): Promise<void> | undefined {
    return this.options.journal?.flush();
  }

  private shelf(type: ResourceType): Shelf {
    const key = typeKey(type);
    let shelf = this.shelves.get(key);
    if (!shelf) {
      shelf = { table: new ObjectTable(type, this.options.indexedLabels), hub: this.newHub() };
      this.shelves.set(key, shelf);
    }
    return shelf;
  }

  private newHub(): WatchHub {
    return new WatchHub(this.floor, this.options.historyLimit);
  }

  private link(type: ResourceType, object: KubeObject): void {
    const uid = object.metadata?.uid ?? '';
    this.uids.add(uid);
    for (const owner of object.metadata?.ownerReferences ?? []) {
      const known = this.dependents.get(owner.uid);
      if (known) known.set(uid, { type, object });
      else this.dependents.set(owner.uid, new Map([[uid, { type, object }]]));
    }
  }

  private unlink(object: KubeObject): void {
    const uid = object.metadata?.uid ?? '';
    this.uids.delete(uid);
    for (const owner of object.metadata?.ownerReferences ?? []) {
      const known = this.dependents.get(owner.uid);
      known?.delete(uid);
      if (known?.size === 0) this.dependents.delete(owner.uid);
    }
  }

  private remember(entry: JournalEntry): void {
    this.options.journal?.append(entry, () => this.snapshot());
  }

  private *snapshot(): Iterable<JournalEntry> {
    for (const { table } of this.shelves.values()) {
      for (const object of table.select(undefined)) {
        const version = Number(object.metadata?.resourceVersion);
        yield { version, type: table.type, ...keyOf(object), object };
      }
    }
  }

  private recall(entry: JournalEntry): void {
    this.version_ = Math.max(this.version_, entry.version);
    const { table } = this.shelf(entry.type);
    const previous = table.get(entry.namespace, entry.name);
    if (previous) this.unlink(previous);
    if (!entry.object) return table.remove(entry.namespace, entry.name);
    const object = seal(entry.object).value as KubeObject;
    table.put(entry.namespace, entry.name, object);
    this.link(entry.type, object);
  }
}

const keyOf = (object: KubeObject): { namespace: string; name: string } => ({
  namespace: object.metadata?.namespace ?? '',
  name: object.metadata?.name ?? '',
});
