import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendSignal } from './isolation/namespaced.js';

/**
 * Remembers the processes that were started, one file each, so that a node that was killed can end them when it comes back.
 * In namespaces the kernel has done so already; what is left is what plain processes started themselves.
 */
export class Leftovers {
  constructor(private readonly directory: string) {
    mkdirSync(directory, { recursive: true });
  }

  add(pid: number): void {
    writeFileSync(
      join(this.directory, String(pid)),
      JSON.stringify({ boot: bootId(), startTime: processStartTime(pid) }),
    );
  }

  remove(pid: number): void {
    rmSync(join(this.directory, String(pid)), { force: true });
  }

  /** Ends what an earlier node left running. */
  reap(): void {
    for (const name of readdirSync(this.directory)) {
      const pid = Number(name);
      const { boot, startTime } = JSON.parse(readFileSync(join(this.directory, name), 'utf8') || '{}') as {
        boot?: string;
        startTime?: string;
      };
      const current = processStartTime(pid);
      // A pid is not used again while a session or group bears its number, so without a process of that pid the group is
      // still ours; with one, it must be the one that we started.
      if (boot === bootId() && (current === undefined || current === startTime)) {
        for (const member of sessionMembers(pid)) sendSignal(member, 'SIGKILL');
        if (current !== undefined) sendSignal(pid, 'SIGKILL');
      }
      this.remove(pid);
    }
  }
}

/** When a process began, in ticks since boot; undefined when it does not run (any more). */
export function processStartTime(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** Fields of `/proc/<pid>/stat` from the state on: 0 state, 2 group, 3 session, 19 start time. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function sessionMembers(session: number): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && statFields(pid)?.[3] === String(session));
}

function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
