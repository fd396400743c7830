import { createHash, createHmac, randomBytes } from 'node:crypto';
import { argon2id, argon2Verify } from 'hash-wasm';

/** A new secret with a prefix that tells what it is, such as `argosy_…`; 256 bits. */
export const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;

/** Secrets of 256 random bits need no slow hash: they cannot be guessed. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** One of several secrets that come from a single one, so that operators have to keep only that. */
export const deriveSecret = (secret: string, purpose: string): string =>
  createHmac('sha256', secret).update(purpose).digest('base64url');

/** argon2id with OWASP's parameters for 19 MiB. */
export const hashPassword = (password: string): Promise<string> =>
  argon2id({
    password,
    salt: randomBytes(16),
    parallelism: 1,
    iterations: 2,
    memorySize: 19_456,
    hashLength: 32,
    outputType: 'encoded',
  });

/** Of no password; compared with when the user does not exist, so that both answers take as long. */
let decoy: Promise<string> | undefined;

export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  decoy ??= hashPassword(randomBytes(16).toString('hex'));
  const matches = await argon2Verify({ password, hash: hash ?? (await decoy) });
  return hash !== undefined && matches;
}
