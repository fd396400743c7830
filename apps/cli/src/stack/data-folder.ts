import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ArgosyError } from '@argosy/sdk';

/** Makes the folder and takes it for this process, so that two stacks never share one. Returns the release. */
export function claimDataFolder(dataDir: string): () => void {
  try {
    mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK);
  } catch (cause) {
    throw new ArgosyError(
      'invalid',
      `Cannot write to ${dataDir}: ${(cause as Error).message}. Give yourself write access, or name another folder with --data-dir.`,
      [],
      { cause },
    );
  }
  const lock = join(dataDir, 'up.pid');
  const owner = Number(readIfThere(lock));
  if (owner && owner !== process.pid && isAlive(owner)) {
    throw new ArgosyError(
      'conflict',
      `A stack is running already in ${dataDir} (process ${owner}). Stop it first, or name another folder with --data-dir.`,
    );
  }
  writeFileSync(lock, String(process.pid), { mode: 0o600 });
  return () => rmSync(lock, { force: true });
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A pid that was given to another program since is not our stack.
    return (readIfThere(`/proc/${pid}/cmdline`) ?? 'argosy main.js up').includes('main.js');
  } catch {
    return false;
  }
}

/** Port 0 picks a free one. Throws `conflict` when somebody listens on the port already. */
export async function findPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? 'is in use by another program'
          : error.code === 'EACCES'
            ? 'may not be used by this user'
            : `cannot be used (${error.message})`;
      reject(
        new ArgosyError(
          'conflict',
          `Port ${port} on ${host} ${reason}. Name another with --port, or 0 for any free one.`,
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      const found = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(found));
    });
  });
}
