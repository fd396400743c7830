import type { CliCommand } from '../command.js';
import {
  deleteCommand,
  resubmitCommand,
  resumeCommand,
  retryCommand,
  stopCommand,
  suspendCommand,
  terminateCommand,
} from './actions.command.js';
import { clustersCommand } from './clusters.command.js';
import { completionCommand } from './completion.command.js';
import { cronCommand } from './cron.command.js';
import { getCommand } from './get.command.js';
import { lintCommand } from './lint.command.js';
import { listCommand } from './list.command.js';
import { loginCommand } from './login.command.js';
import { logsCommand } from './logs.command.js';
import { nodeCommand } from './node.command.js';
import { runCommand } from './run.command.js';
import { submitCommand } from './submit.command.js';
import { tokenCommand } from './token.command.js';
import { upCommand } from './up.command.js';
import { watchCommand } from './watch.command.js';

/** Every command, in the order of the help text. */
export const commands: readonly CliCommand[] = [
  upCommand,
  loginCommand,
  submitCommand,
  runCommand,
  lintCommand,
  listCommand,
  getCommand,
  logsCommand,
  watchCommand,
  stopCommand,
  terminateCommand,
  suspendCommand,
  resumeCommand,
  retryCommand,
  resubmitCommand,
  nodeCommand,
  deleteCommand,
  cronCommand,
  clustersCommand,
  tokenCommand,
  completionCommand,
];
