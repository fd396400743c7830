// `npm run db:deploy`: brings the schema of DATABASE_URL up to date and makes the role as which the control plane connects.
// Prints the connection string of that role on standard output. For servers where the control plane may not do so itself.
import { spawnSync } from 'node:child_process';
import { buildSteps, makeAll } from './build-steps.mjs';
import { fail, quietStep } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
await makeAll(
  buildSteps.filter(({ title }) => title.startsWith('Generate') || title === 'Build control-plane'),
  quietStep,
).catch(fail);
const { status } = spawnSync(process.execPath, ['dist/apps/control-plane/main.js', 'deploy'], { stdio: 'inherit' });
process.exit(status ?? 1);
