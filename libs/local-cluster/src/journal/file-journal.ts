import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { JournalEntry, KubeJournal } from '@argosy/kube';

export interface FileJournalOptions {
  readonly path: string;
  /**
   * `process`: what was acknowledged survives the death of this process. `power`: it survives the death of the machine
   * too; calls that arrive together share one flush of the disk. Default `process`.
   */
  readonly survives?: 'process' | 'power';
  /** The journal is rewritten without its history once it has grown by this much since the last time. Default 64 MiB. */
  readonly compactAfterBytes?: number;
}

const COMPACT_AFTER_BYTES = 64 * 1024 * 1024;
const sync = promisify(fdatasync);

/** The journal of an in-memory API as an append-only file of JSON lines. */
export class FileJournal implements KubeJournal {
  private descriptor: number;
  private bytes = 0;
  private compactAt: number;
  private readonly compactAfter: number;
  private flushing: Promise<void> | undefined;
  private isUnsynced = false;

  constructor(private readonly options: FileJournalOptions) {
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
    this.compactAfter = options.compactAfterBytes ?? COMPACT_AFTER_BYTES;
    this.descriptor = openSync(options.path, 'a', 0o600);
    this.compactAt = this.compactAfter;
  }

  *read(): Iterable<JournalEntry> {
    const { path } = this.options;
    if (!existsSync(path)) return;
    const content = readFileSync(path);
    let start = 0;
    for (let end = content.indexOf(10); end !== -1; end = content.indexOf(10, start)) {
      yield parse(content.toString('utf8', start, end), path, start);
      start = end + 1;
    }
    // A line without an end was being written when the process died, so nobody was told that it was.
    if (start < content.length) truncateSync(path, start);
    this.bytes = start;
    this.compactAt = start + this.compactAfter;
  }

  append(entry: JournalEntry, snapshot: () => Iterable<JournalEntry>): void {
    this.write(this.descriptor, entry);
    this.isUnsynced = true;
    if (this.bytes >= this.compactAt) this.compact(entry, snapshot());
  }

  async flush(): Promise<void> {
    if (this.options.survives !== 'power') return;
    while (this.isUnsynced) {
      this.flushing ??= this.syncOnce();
      await this.flushing;
    }
    await this.flushing;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private async syncOnce(): Promise<void> {
    // Let everybody who writes in this turn of the event loop share the flush.
    await new Promise(setImmediate);
    this.isUnsynced = false;
    const { descriptor } = this;
    try {
      await sync(descriptor);
    } catch (error) {
      // Compaction closed this file meanwhile, after it had flushed the new one.
      if (descriptor === this.descriptor) throw error;
    } finally {
      this.flushing = undefined;
    }
  }

  /** Writes the present state aside and puts it in place of the history. */
  private compact(last: JournalEntry, snapshot: Iterable<JournalEntry>): void {
    const fresh = `${this.options.path}.new`;
    const descriptor = openSync(fresh, 'w', 0o600);
    this.bytes = 0;
    for (const entry of snapshot) this.write(descriptor, entry);
    // The removal of an object leaves nothing in the snapshot that would tell how far the versions had come.
    this.write(descriptor, last);
    fsyncSync(descriptor);
    renameSync(fresh, this.options.path);
    closeSync(this.descriptor);
    this.descriptor = descriptor;
    this.compactAt = this.bytes + this.compactAfter;
  }

  private write(descriptor: number, entry: JournalEntry): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    for (let offset = 0; offset < line.length;) offset += writeSync(descriptor, line, offset);
    this.bytes += line.length;
  }
}

function parse(line: string, path: string, offset: number): JournalEntry {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch (cause) {
    throw new Error(`the journal ${path} is damaged at byte ${offset}: move it away to start with an empty cluster`, {
      cause,
    });
  }
}
