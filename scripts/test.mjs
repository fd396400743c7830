// `npm test`: checks, then the build, then every test. Arguments go to jest: `npm test -- libs/expressions` runs those
// tests alone, without the checks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSteps, makeAll } from './build-steps.mjs';
import { printEngineSteps } from './engine-steps.mjs';
import { fail, run, step } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
const only = process.argv.slice(2);
const stepsFolder = mkdtempSync(join(tmpdir(), 'argosy-engine-steps-'));
process.on('exit', () => rmSync(stepsFolder, { recursive: true, force: true }));
const jest = (...args) =>
  run(process.execPath, ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...args], {
    inherit: true,
    title: 'Tests',
    env: { ARGOSY_ENGINE_STEPS: stepsFolder },
  });

try {
  if (only.length === 0) await run(process.execPath, ['scripts/check.mjs'], { inherit: true, title: 'npm run check' });
  await makeAll(buildSteps, step);
  await jest(...only);
  // A part of the tests shows a part of the table, which says nothing.
  const gaps = only.length === 0 ? printEngineSteps(stepsFolder) : [];
  if (gaps.length > 0) throw new Error(`${gaps.length} steps of the engine are neither tested nor explained`);
} catch (error) {
  fail(error);
}
