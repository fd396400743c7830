// `npm test`: checks, then the build, then every test. Arguments go to jest: `npm test -- libs/expressions` runs those
// tests alone, without the checks.
import { buildSteps, makeAll } from './build-steps.mjs';
import { fail, run, step } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
const only = process.argv.slice(2);
const jest = (...args) =>
  run(process.execPath, ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...args], {
    inherit: true,
    title: 'Tests',
  });

try {
  if (only.length === 0) await run(process.execPath, ['scripts/check.mjs'], { inherit: true, title: 'npm run check' });
  await makeAll(buildSteps, step);
  await jest(...only);
} catch (error) {
  fail(error);
}
