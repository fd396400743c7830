import { createHash, randomBytes } from 'node:crypto';
import { argon2id, argon2Verify } from 'hash-wasm';

/** A new secret with a prefix that tells what it is, such as `argosy_…`; 256 bits. */
export const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;

/** Secrets of 256 random bits need no slow hash: they cannot be guessed. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export const hashPassword = (password: string): Promise<string> =>
  argon2id({
    password,
    salt: randomBytes(16),
    parallelism: 1,
    iterations: 3,
    memorySize: 19_456,
    hashLength: 32,
    outputType: 'encoded',
  });

/** Of no password; compared with when the user does not exist, so that both answers take as long. */
const decoy = hashPassword(randomBytes(16).toString('hex'));

export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const matches = await argon2Verify({ password, hash: hash ?? (await decoy) });
  return hash !== undefined && matches;
}
