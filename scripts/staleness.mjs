// Tells whether something must be made again: a hash of its inputs is kept beside the outputs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const skipped = new Set(['node_modules', 'dist', '.git', '.argosy', 'generated', 'gql', 'e2e']);

function* filesBelow(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) return yield path;
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() ? skipped.has(entry.name) : /\.spec\.tsx?$/.test(entry.name)) continue;
    yield* filesBelow(join(path, entry.name));
  }
}

/** Hash over the names and contents of all files below the paths; tests and generated files do not count. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    for (const file of filesBelow(path)) hash.update(file).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

/** Does `work` only when the inputs changed since it last succeeded or one of the outputs is gone. */
export async function whenStale({ stamp, inputs, outputs }, work) {
  const now = fingerprint(inputs);
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === now && outputs.every((path) => existsSync(path));
  if (fresh) return 'up to date';
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
  return undefined;
}
