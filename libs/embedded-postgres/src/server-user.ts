import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './errors.js';
import { isReachable, nativeFolder, sharedCopy } from './native-folder.js';

/** `nobody` has the same number everywhere. */
const NOBODY = 65_534;

/** As whom the server runs, and from where. */
export interface ServerUser {
  start(program: 'initdb' | 'postgres', args: readonly string[], stdio: SpawnOptions['stdio']): ChildProcess;
  /** Makes a file or folder the server's. */
  own(path: string): void;
}

/** PostgreSQL refuses to run as root; root's programs become `nobody`, who must get to the programs and the data. */
export function serverUser(dir: string): ServerUser {
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  const native = nativeFolder();
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) {
    return {
      start: (program, args, stdio) => spawn(join(native, 'bin', program), args, { env, cwd: dir, stdio }),
      own: () => undefined,
    };
  }
  const own = (path: string): void => chownSync(path, NOBODY, NOBODY);
  const bin = join(isReachable(join(native, 'bin/postgres')) ? native : sharedCopy(native), 'bin');
  if (isReachable(join(dir, 'data'))) {
    const as = { uid: NOBODY, gid: NOBODY, cwd: '/', env };
    return { own, start: (program, args, stdio) => spawn(join(bin, program), args, { ...as, stdio }) };
  }
  const passing = passingThrough(dir);
  return {
    own,
    start: (program, args, stdio) =>
      spawn('setpriv', [...passing, join(bin, program), ...args], { cwd: '/', env, stdio }),
  };
}

/** A folder above the data is private, such as root's home: `nobody` keeps the one capability that lets it pass. */
function passingThrough(dir: string): string[] {
  const args = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const capabilities = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  if (spawnSync('setpriv', [...args, ...capabilities, 'true'], { stdio: 'ignore' }).status === 0)
    return [...args, ...capabilities];
  throw new EmbeddedPostgresError(
    'UNWRITABLE',
    `PostgreSQL does not run as root, and its user (${NOBODY}) cannot get to ${dir}, because a folder above it is private. Start as another user, or name a data folder elsewhere.`,
  );
}
