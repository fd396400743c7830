#!/usr/bin/env node
// `npx argosy` from a checkout: builds everything when that was not done yet, then becomes the command line tool.
import { existsSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const program = new URL('dist/apps/cli/main.js', root);
if (!existsSync(new URL('node_modules/typescript', root))) {
  process.stderr.write('The dependencies are not installed yet: run npm ci, or npm start, which does it for you.\n');
  process.exit(1);
}
if (!existsSync(program)) {
  const { buildSteps, makeAll } = await import('./build-steps.mjs');
  const { fail, quietStep } = await import('./steps.mjs');
  const from = process.cwd();
  process.stderr.write('argosy is not built yet; building it now.\n');
  process.chdir(root.pathname);
  await makeAll(buildSteps, quietStep).catch(fail);
  process.chdir(from);
}
await import(program.href);
