import { ArgosyError } from '@argosy/sdk';
import type { CliCommand } from '../command.js';
import { formatTable } from '../output/table.js';
import { collect } from './arguments.js';

export const tokenCommand: CliCommand = (program, context) => {
  const token = program.command('token').description('create, list and revoke API tokens');
  token
    .command('create')
    .description('create an API token and print it')
    .argument('<name>', 'what it is for')
    .option(
      '--permission <permission>',
      'what it may do, such as run:submit (repeatable; default: all you may)',
      collect,
    )
    .option('--expires-in-days <days>', '1 to 3650; default: never')
    .action(async (name: string, flags: { permission?: string[]; expiresInDays?: string }) => {
      const expiresInDays = flags.expiresInDays === undefined ? undefined : Number(flags.expiresInDays);
      if (expiresInDays !== undefined && !Number.isInteger(expiresInDays))
        throw new ArgosyError('invalid', '--expires-in-days must be a whole number.');
      const { secret, apiToken } = await context
        .client()
        .createApiToken({ name, permissions: flags.permission, expiresInDays });
      context.output.out(secret);
      context.output.err(
        context.paint.dim(`Token ${apiToken.id}; shown this once. Revoke it with: argosy token revoke ${apiToken.id}`),
      );
    });
  token
    .command('list')
    .description('list your API tokens')
    .action(async () => {
      const { apiTokens } = await context.client().viewer();
      if (apiTokens.length === 0) return context.output.err('No API tokens.');
      const rows = apiTokens.map(({ id, name, prefix, expiresAt, lastUsedAt, revokedAt }) => [
        id,
        name,
        `${prefix}…`,
        revokedAt ? 'revoked' : (expiresAt ?? 'never'),
        lastUsedAt ?? 'never',
      ]);
      return context.output.out(formatTable(rows, ['ID', 'NAME', 'TOKEN', 'EXPIRES', 'LAST USED']));
    });
  token
    .command('revoke')
    .description('make an API token useless')
    .argument('<id>', 'its id')
    .action(async (id: string) => {
      const { name } = await context.client().revokeApiToken(id);
      context.output.out(`${name} revoked`);
    });
};
