import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendSignal } from './isolation/namespaced.js';

/**
 * Remembers the processes that were started, one file each, so that a node that was killed can end them when it comes back.
 * The kernel usually has done so already; a pid is trusted only together with its start time, since pids are used again.
 */
export class Leftovers {
  constructor(private readonly directory: string) {
    mkdirSync(directory, { recursive: true });
  }

  add(pid: number): void {
    writeFileSync(join(this.directory, String(pid)), processStartTime(pid) ?? '');
  }

  remove(pid: number): void {
    rmSync(join(this.directory, String(pid)), { force: true });
  }

  /** Ends what an earlier node left running; returns how many processes that were. */
  reap(): number {
    let reaped = 0;
    for (const name of readdirSync(this.directory)) {
      const pid = Number(name);
      const recorded = readFileSync(join(this.directory, name), 'utf8');
      if (recorded !== '' && processStartTime(pid) === recorded) {
        // The group too, for programs that run without a namespace.
        sendSignal(-pid, 'SIGKILL');
        sendSignal(pid, 'SIGKILL');
        reaped += 1;
      }
      this.remove(pid);
    }
    return reaped;
  }
}

/** Field 22 of the process's stat: ticks since boot at which it began. */
export function processStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
