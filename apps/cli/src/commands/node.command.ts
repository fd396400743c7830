import type { SetRunNodeInput } from '@argosy/sdk';
import { ArgosyError } from '@argosy/sdk';
import type { CliCommand } from '../command.js';
import { collect, readParameters } from './arguments.js';

interface SetFlags {
  nodeFieldSelector: string;
  phase?: string;
  message?: string;
  outputParameter?: string[];
}

const PHASES = ['SUCCEEDED', 'FAILED', 'ERROR', 'SKIPPED'] as const;

export const nodeCommand: CliCommand = (program, context) => {
  const node = program.command('node').description('change suspended steps of a run');
  node
    .command('set')
    .description('give suspended steps outputs, a message or an end')
    .argument('<run>', 'name or id')
    .requiredOption('--node-field-selector <selector>', 'which steps, such as displayName=approve')
    .option('-p, --output-parameter <name=value>', 'value of an output that the step waits for (repeatable)', collect)
    .option('-m, --message <text>', 'message to add')
    .option('--phase <phase>', `end it: ${PHASES.join(', ').toLowerCase()}`)
    .action(async (name: string, flags: SetFlags) => {
      const { nodeFieldSelector, message, outputParameter: parameter } = flags;
      const client = context.client();
      const run = await client.findRun(name);
      const outputParameters = readParameters({ parameter });
      await client.setRunNode(run.id, { nodeFieldSelector, message, outputParameters, phase: phaseOf(flags.phase) });
      context.output.out(`${run.name} changed`);
    });
};

function phaseOf(text: string | undefined): SetRunNodeInput['phase'] {
  if (text === undefined) return undefined;
  const phase = PHASES.find((known) => known === text.toUpperCase());
  if (!phase)
    throw new ArgosyError('invalid', `"${text}" is no phase to set; it may be ${PHASES.join(', ').toLowerCase()}.`);
  return phase;
}
