// `npm run check`: everything that can be told without running the product. All checks run, then all failures show.
import { generateSteps, makeAll } from './build-steps.mjs';
import { fail, run, step } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
const node = (...args) => run(process.execPath, args);
const checks = [
  ['Types', () => node('node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.json', '--noEmit')],
  [
    'Types of the dashboard',
    () => node('node_modules/typescript-native/bin/tsc', '-p', 'apps/dashboard/tsconfig.json', '--noEmit'),
  ],
  ['Style (eslint)', () => node('node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0')],
  ['Format (prettier)', () => node('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
  [
    'Import rules (dependency-cruiser)',
    () =>
      node(
        'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
        '--config',
        '.dependency-cruiser.mjs',
        'apps',
        'libs',
      ),
  ],
  ['Unused code (knip)', () => node('node_modules/knip/bin/knip.js', '--no-progress')],
  ['GraphQL schema up to date', () => node('scripts/generate-graphql.mjs', '--check')],
  ['JSON Schema up to date', () => node('scripts/generate-spec-schema.mjs', '--check')],
  ['Migrations match the schema', () => node('scripts/db-migration.mjs', '--check')],
];

await makeAll(generateSteps, step).catch(fail);
const failures = [];
for (const [title, check] of checks)
  await step(title, () => check().then(() => undefined)).catch((error) => failures.push([title, error]));
for (const [title, error] of failures) process.stderr.write(`\n── ${title}\n${error.detail ?? error.stack}\n`);
process.exit(failures.length === 0 ? 0 : 1);
