// `npm run bench [PART...]`: measures what we claim about speed, as ratios within one run.
import { spawnSync } from 'node:child_process';
import { benchSteps, makeAll } from './build-steps.mjs';
import { fail, step } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
await makeAll(benchSteps, step).catch(fail);
process.stdout.write('\n');
const { status } = spawnSync(process.execPath, ['--expose-gc', 'dist/bench/main.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
