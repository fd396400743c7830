import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LocalCluster } from '@argosy/local-cluster';
import { startLocalCluster } from '@argosy/local-cluster';
import { readConfig } from './local-cluster.config.js';
import { whenParentEnds } from './parent.js';

const EXIT_CONFIG = 78;
const EXIT_FAILED = 1;
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

const read = readConfig(process.env);
if ('problems' in read) {
  complain('The local cluster cannot start:');
  for (const problem of read.problems) complain(`  ${problem}`);
  process.exit(EXIT_CONFIG);
}
const { port, token, exitWithParent, ...config } = read.config;

/** The image that step pods take the supervisor from; the build puts its content beside the programs. */
const EXECUTOR_IMAGE = 'argosy/executor';
const builtExecutor = resolve(import.meta.dirname, '../../executor');

const starting = startLocalCluster({
  ...config,
  imageVolumes: { ...(existsSync(builtExecutor) && { [EXECUTOR_IMAGE]: builtExecutor }), ...config.imageVolumes },
  hostDirectories: config.hostDirectories,
  http: { port, ...(token !== undefined && { token }) },
  onError: (error) => complain(JSON.stringify({ level: 'warn', msg: 'local cluster', error: String(error) })),
});

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  const cluster = await starting.catch(() => undefined);
  await cluster?.stop();
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
if (exitWithParent) whenParentEnds(() => void stop());

try {
  announce(await starting);
} catch (error) {
  complain(`The local cluster cannot start: ${reason(error)}`);
  process.exit(EXIT_FAILED);
}

/** One line that tells whoever started this process where the API is. The token stays in the kubeconfig. */
function announce({ http, node }: LocalCluster): void {
  const { url, port: served, kubeconfig } = http ?? {};
  const line = { ready: true, name: config.name, url, port: served, kubeconfig, isolation: node.isolation };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' ? `port ${port} is in use by another program` : message;
}
