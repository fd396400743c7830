import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A secret that is made once and kept in the data folder for its owner alone. */
export function keptSecret(
  dataDir: string,
  name: string,
  make = (): string => randomBytes(24).toString('base64url'),
): string {
  const path = join(dataDir, name);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, `${make()}\n`, { mode: 0o600 });
  }
  return readFileSync(path, 'utf8').trim();
}
