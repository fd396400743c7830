import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './errors.js';

const OWNER_FILE = 'owner.pid';
const PATIENCE_MS = 10_000;
const LOOK_MS = 25;

/**
 * Ends the server that a killed program left behind, and notes who owns the folder now. Throws when that program is still
 * there: its server must not be taken from it.
 */
export async function takeOver(dir: string, data: string): Promise<void> {
  const server = pidIn(join(data, 'postmaster.pid'));
  if (server !== undefined && isPostgres(server)) {
    const owner = pidIn(join(dir, OWNER_FILE));
    if (owner !== undefined && owner !== process.pid && isAlive(owner))
      throw new EmbeddedPostgresError(
        'IN_USE',
        `The database in ${dir} is in use by the process ${owner}. Stop that one, or name another data folder.`,
      );
    await end(server);
  }
  writeFileSync(join(dir, OWNER_FILE), `${process.pid}\n`);
}

async function end(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  for (let waitedMs = 0; isAlive(pid) && waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) await delay(LOOK_MS);
}

function pidIn(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const pid = Number(readFileSync(path, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** After a reboot the number may be anybody's. */
function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    const name =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/comm`, 'utf8')
        : execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
    return /\bpostgres\s*$/.test(name);
  } catch {
    return false;
  }
}
