import { hostname, userInfo } from 'node:os';
import { ArgosyClient, ArgosyError, logIn } from '@argosy/sdk';
import type { CliCommand } from '../command.js';
import {
  readCredentials,
  removeCredentials,
  userCredentialsPath,
  writeCredentials,
} from '../credentials/credentials.js';
import { ask, askSecret } from '../credentials/prompt.js';

interface LoginFlags {
  email?: string;
  passwordStdin?: boolean;
  token?: string;
}
const TOKEN_DAYS = 30;

export const loginCommand: CliCommand = (program, context) => {
  program
    .command('login')
    .description('log in and keep an API token for later commands')
    .argument('<url>', 'address of the control plane, such as https://argosy.example.com')
    .option('--email <email>', 'asked for when absent')
    .option('--password-stdin', 'read the password from standard input')
    .option('--token <token>', 'use this API token instead of a password')
    .action(async (url: string, flags: LoginFlags) => {
      if (!URL.canParse(url))
        throw new ArgosyError('invalid', `"${url}" is not an address; write it as http://host:port.`);
      let token = flags.token;
      if (token === undefined) {
        const email = flags.email ?? (await ask('Email: '));
        const password = await askSecret('Password: ', flags.passwordStdin ?? false);
        const { accessToken } = await logIn(url, { email, password });
        const name = `cli ${userInfo().username}@${hostname()}`;
        ({ secret: token } = await new ArgosyClient({ url, token: accessToken }).createApiToken({
          name,
          expiresInDays: TOKEN_DAYS,
        }));
      }
      const viewer = await new ArgosyClient({ url, token }).viewer();
      const path = userCredentialsPath(context.env);
      writeCredentials(path, { url, token });
      context.output.out(`Logged in to ${viewer.tenant.name} as ${viewer.name}. Kept in ${path}.`);
    });
  program
    .command('logout')
    .description('forget the API token that login kept')
    .action(() => {
      const path = userCredentialsPath(context.env);
      const known = readCredentials(path);
      removeCredentials(path);
      context.output.out(known ? `Logged out of ${known.url}.` : 'Was not logged in.');
    });
};
