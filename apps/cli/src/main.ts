import { ArgosyClient, ArgosyError } from '@argosy/sdk';
import { Command, CommanderError } from 'commander';
import { EXIT_FAILED, EXIT_USAGE } from './command.js';
import type { CliContext } from './command.js';
import { commands } from './commands/table.js';
import { findCredentials } from './credentials/credentials.js';
import { createPaint } from './output/paint.js';
import { terminal } from './output/print.js';
import { reportError } from './report-error.js';
import { ProgramFailed } from './stack/program.js';

const interrupted = new AbortController();
let interrupts = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted.abort();
    // The third Ctrl-C is from somebody who does not want to wait for a clean end.
    if (++interrupts >= 3) process.exit(130);
  });
}

// Whoever reads us may have seen enough, as head does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const program = new Command('argosy')
  .description('Argo Workflows on many clusters from one control plane')
  .option('--server <url>', 'address of the control plane (ARGOSY_URL)')
  .option('--token <token>', 'API token (ARGOSY_TOKEN)')
  .showHelpAfterError('(argosy --help lists commands and options)')
  .showSuggestionAfterError()
  .exitOverride();

const context: CliContext = {
  output: terminal,
  paint: createPaint(),
  env: process.env,
  cwd: process.cwd(),
  now: () => Date.now(),
  client: () => {
    const { server, token } = program.opts<{ server?: string; token?: string }>();
    const client = new ArgosyClient(findCredentials({ url: server, token }, process.env, process.cwd()));
    clients.push(client);
    return client;
  },
  exitWith: (code) => void (process.exitCode = code),
  signal: interrupted.signal,
};
const clients: ArgosyClient[] = [];
for (const add of commands) add(program, context);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
  else if (error instanceof ArgosyError) {
    reportError(error, context);
    process.exitCode = EXIT_FAILED;
  } else if (error instanceof ProgramFailed) {
    terminal.err(`${context.paint.red('error:')} ${error.message}`);
    process.exitCode = EXIT_FAILED;
  } else throw error;
} finally {
  await Promise.all(clients.map((client) => client.close()));
}
