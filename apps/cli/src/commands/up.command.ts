import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArgosyClient } from '@argosy/sdk';
import { ArgosyError } from '@argosy/sdk';
import type { CliCommand, CliContext } from '../command.js';
import { EXIT_FAILED } from '../command.js';
import { watchRuns } from '../live/live-tree.js';
import { ProgressSteps } from '../live/progress-steps.js';
import { claimDataFolder, findPort } from '../stack/data-folder.js';
import { Stack } from '../stack/stack.js';
import { collect, readManifest } from './arguments.js';
import { printFailure } from './failure.js';

interface UpFlags {
  dataDir: string;
  host: string;
  port: string;
  cluster?: string[];
  example?: string;
  exit?: boolean;
  reload?: boolean;
}

const DEFAULT_CLUSTERS = ['local-east', 'local-west'];
/** The built programs lie beside this one: dist/apps/<name>/main.js. */
const programsDir = fileURLToPath(new URL('..', import.meta.url));

export const upCommand: CliCommand = (program, context) => {
  program
    .command('up')
    .description('start a control plane and local clusters on this machine')
    .option('--data-dir <folder>', 'where everything is kept', '.argosy')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 for any free one', context.env.ARGOSY_PORT ?? '7460')
    .option('--cluster <name>', 'a local cluster to start (repeatable; default: local-east and local-west)', collect)
    .option('--example <file>', 'submit this workflow to every cluster and show it')
    .option('--exit', 'with --example: end when the runs have ended, 0 if all succeeded')
    .option('--reload', 'start programs again when they were built anew, for those who change them')
    .action((flags: UpFlags) => up(flags, context));
};

async function up(flags: UpFlags, context: CliContext): Promise<void> {
  const port = Number(flags.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ArgosyError('invalid', `"${flags.port}" is not a port; it must be a whole number from 0 to 65535.`);
  const dataDir = resolve(context.cwd, flags.dataDir);
  const release = claimDataFolder(dataDir);
  try {
    const { output, paint } = context;
    const stack = new Stack({
      dataDir,
      host: flags.host,
      port: await findPort(flags.host, port),
      programsDir,
      reload: flags.reload,
      onTrouble: (what) => output.err(paint.yellow(what)),
    });
    try {
      await serve(stack, flags, context);
    } finally {
      if (!flags.exit) output.err(paint.dim('\nStopping …'));
      await stack.stop();
    }
  } finally {
    release();
  }
}

async function serve(stack: Stack, flags: UpFlags, context: CliContext): Promise<void> {
  const names = flags.cluster ?? DEFAULT_CLUSTERS;
  const client = await startAll(stack, names, context);
  try {
    if (context.signal.aborted) return;
    if (flags.example) await showExample(client, flags.example, names, context);
    if (context.signal.aborted || flags.exit) return;
    printWayIn(stack, context);
    await new Promise<void>((done) => context.signal.addEventListener('abort', () => done(), { once: true }));
  } finally {
    await client.close();
  }
}

async function startAll(stack: Stack, names: readonly string[], context: CliContext): Promise<ArgosyClient> {
  const steps = new ProgressSteps(context);
  await steps.run('Start the control plane', () => stack.startControlPlane());
  const client = await steps.run('Log in', () => stack.client());
  for (const name of names) await steps.run(`Start cluster ${name}`, () => stack.startCluster(client, name));
  await steps.run('Connect the clusters', () => stack.connected(client, names, context.signal));
  return client;
}

async function showExample(
  client: ArgosyClient,
  file: string,
  clusters: readonly string[],
  context: CliContext,
): Promise<void> {
  const { output } = context;
  const manifest = readManifest(file);
  const parameters = [{ name: 'repo', value: context.cwd }];
  const runs = await Promise.all(clusters.map((cluster) => client.submitRun({ manifest, cluster, parameters })));
  output.out(`\n${file} on ${clusters.join(' and ')}\n`);
  const ended = await watchRuns(client, runs, context);
  if (context.signal.aborted) return;
  const failed = ended.filter(({ phase }) => phase !== 'SUCCEEDED');
  for (const run of failed) await printFailure(client, run, context);
  if (failed.length > 0) context.exitWith(EXIT_FAILED);
  const { paint } = context;
  output.out(
    failed.length === 0
      ? `\n${paint.green('✔')} ${ended.length === 2 ? 'Both' : 'All'} runs succeeded.`
      : `\n${paint.red('✖')} ${failed.length} of ${ended.length} runs did not succeed.`,
  );
}

function printWayIn(stack: Stack, { output, paint }: CliContext): void {
  const { administrator } = stack;
  output.out(`\nDashboard   ${paint.cyan(stack.url)}`);
  if (administrator) {
    output.out(`Log in as   ${administrator.email}`);
    output.out(`Password    ${administrator.password}  ${paint.dim(`(kept in ${administrator.passwordFile})`)}`);
  }
  output.out(
    `\nIn another terminal, here: ${paint.bold('npx argosy list')}, ${paint.bold('npx argosy submit FILE --watch')}, ${paint.bold('npx argosy --help')}`,
  );
  output.out(paint.dim('Ctrl-C stops everything; what has run is kept.'));
}
