// `npm run sim -- --seeds N [--from S]`: random workflows on a cluster where everything goes wrong that can.
import { spawnSync } from 'node:child_process';
import { makeAll, simulationSteps } from './build-steps.mjs';
import { fail, quietStep } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
await makeAll(simulationSteps, quietStep).catch(fail);
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', 'dist/test/simulation/main.js', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
