// `npm run build`: makes what is stale; with --force, everything.
import { rmSync } from 'node:fs';
import { buildSteps, makeAll } from './build-steps.mjs';
import { fail, step } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
if (process.argv.includes('--force')) rmSync('dist', { recursive: true, force: true });
await makeAll(buildSteps, step).catch(fail);
