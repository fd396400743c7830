import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ArgosyClient } from '@argosy/sdk';
import { claimDataFolder, findPort } from '../../apps/cli/src/stack/data-folder.js';
import { Stack } from '../../apps/cli/src/stack/stack.js';
import type { Administrator } from '../../apps/cli/src/stack/stack.js';

export const repositoryRoot = resolve(import.meta.dirname, '../..');

export interface RunningStack {
  readonly url: string;
  readonly client: ArgosyClient;
  readonly administrator: Administrator;
  readonly dataDir: string;
  /** What died and was started again, oldest first. */
  readonly troubles: readonly string[];
  /** Ends a program as a crash would; the stack starts it again. Resolves when it is gone. */
  kill(program: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The built programs as `argosy up` runs them, in a folder of their own, on a free port. Needs `npm run build`, or
 * ARGOSY_TEST_PROGRAMS with the folder of programs that were built elsewhere.
 */
export async function startStack(clusters: readonly string[]): Promise<RunningStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'argosy-test-'));
  const release = claimDataFolder(dataDir);
  const troubles: string[] = [];
  const stack = new Stack({
    dataDir,
    host: '127.0.0.1',
    port: await findPort('127.0.0.1', 0),
    programsDir: process.env.ARGOSY_TEST_PROGRAMS ?? join(repositoryRoot, 'dist/apps'),
    onTrouble: (what) => troubles.push(what),
    restartDelayMs: 50,
  });
  const stop = async (): Promise<void> => {
    await stack.stop();
    release();
    if (!process.env.ARGOSY_TEST_KEEP) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await stack.startControlPlane();
    const client = await stack.client();
    for (const name of clusters) await stack.startCluster(client, name);
    await stack.connected(client, clusters);
    const { administrator } = stack;
    if (!administrator) throw new Error('The control plane made no administrator.');
    const stopAll = async (): Promise<void> => {
      await client.close();
      await stop();
    };
    return {
      url: stack.url,
      client,
      administrator,
      dataDir,
      troubles,
      kill: (name) => stack.crash(name),
      stop: stopAll,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
