import { z } from 'zod';
import { AppError } from './app-error.js';
import { Secret } from './secret.js';

/** Exit code for a configuration that cannot be used (EX_CONFIG of sysexits.h). */
export const EXIT_CONFIG = 78;

export class ConfigError extends AppError<'CONFIG'> {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super('CONFIG', `The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** A variable that must not be shown; arrives as a Secret. */
export const secretVariable = (leastLength = 1) =>
  z
    .string()
    .min(leastLength, `must have at least ${leastLength} characters`)
    .transform((value) => new Secret(value));

/** A variable that is on with `1` or `true`, off with `0` or `false`. */
export const switchVariable = (byDefault: boolean) =>
  z
    .enum(['1', 'true', '0', 'false'], 'must be 1 or 0')
    .default(byDefault ? '1' : '0')
    .transform((value) => value === '1' || value === 'true');

/** Reads the environment by a schema whose keys are the variables. Throws ConfigError with every problem at once. */
export function readConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.infer<Schema>> {
  // An empty variable is one that is not set, as most shells and compose files mean it.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return Object.freeze(result.data);
  throw new ConfigError(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
}
