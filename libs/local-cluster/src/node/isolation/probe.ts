import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hostMounts } from './host-mounts.js';
import type { Isolation, Tier } from './isolation.js';
import { namespacedIsolation } from './namespaced.js';
import type { NamespacedOptions } from './namespaced.js';
import { plainIsolation } from './plain.js';

const CANDIDATES: readonly Pick<NamespacedOptions, 'kind' | 'scratch'>[] = [
  { kind: 'overlay', scratch: 'disk' },
  { kind: 'overlay', scratch: 'memory' },
  { kind: 'user-overlay', scratch: 'disk' },
  { kind: 'user-overlay', scratch: 'memory' },
  { kind: 'user-bind', scratch: 'disk' },
];

/** Tries the ways to isolate containers, best first, by really running one below `directory`. */
export async function probeIsolation(
  directory: string,
  wanted: Tier | 'auto' = 'auto',
  hostDirectories: readonly string[] = [],
): Promise<Isolation> {
  mkdirSync(directory, { recursive: true });
  const mounts = process.platform === 'linux' ? hostMounts() : [];
  for (const candidate of process.platform === 'linux' ? CANDIDATES : []) {
    if (wanted !== 'auto' && wanted !== candidate.kind) continue;
    if (candidate.kind === 'overlay' && process.getuid?.() !== 0) continue;
    const isolation = namespacedIsolation({ ...candidate, hostMounts: mounts, hostDirectories });
    if (await works(isolation, directory)) return isolation;
  }
  if (wanted !== 'auto' && wanted !== 'plain') {
    throw new Error(`this machine does not allow the isolation "${wanted}"; use "auto" to take the best that it does`);
  }
  return plainIsolation(spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0);
}

async function works(isolation: Isolation, directory: string): Promise<boolean> {
  const scratch = mkdtempSync(join(directory, 'probe-'));
  const source = join(scratch, 'volume');
  mkdirSync(source);
  // What every step needs: our own volume below /var/run, devices and a private process table.
  const script =
    'echo x > /var/run/argosy-probe/file && echo x > /dev/null && test -d /proc/self && test ! -e /proc/$PPID';
  try {
    const mounts = [{ source, target: '/var/run/argosy-probe', readOnly: false, isFile: false }];
    const container = isolation.start({
      command: ['/bin/sh', '-c', script],
      env: { PATH: process.env.PATH ?? '' },
      workingDirectory: '/',
      mounts,
      scratch,
    });
    container.stdout.resume();
    container.stderr.resume();
    return await new Promise<boolean>((resolve) => {
      container.child.once('error', () => resolve(false));
      container.child.once('close', (code) => resolve(code === 0));
    });
  } catch {
    return false;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
