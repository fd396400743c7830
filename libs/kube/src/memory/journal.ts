import type { KubeObject, ResourceType } from '../port/resource.js';

/** One change as it is remembered: the object as it is now, or only its key when it was removed. */
export interface JournalEntry {
  readonly version: number;
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly object?: KubeObject;
}

/** Where an in-memory API keeps what it must not forget. A call is answered only after its change is flushed. */
export interface KubeJournal {
  /** Everything remembered, in order of version. */
  read(): Iterable<JournalEntry>;
  /** Adds a change; `snapshot` gives the whole present state, for when the journal wants to be compacted. */
  append(entry: JournalEntry, snapshot: () => Iterable<JournalEntry>): void;
  /** Resolves once everything appended is as safe as the journal promises. */
  flush(): Promise<void>;
}
