// `npm run generate`: everything that is derived from a source in the repository. Files that are committed (schema,
// JSON Schema, CRDs) are rewritten in place; `npm run check` fails when that would change them.
import { generateSteps, makeAll } from './build-steps.mjs';
import { fail, run, step } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
try {
  await makeAll(generateSteps, step);
  await step('Merge the GraphQL schema', () =>
    run(process.execPath, ['scripts/generate-graphql.mjs', '--schema']).then(() => undefined),
  );
  await step('Generate the JSON Schema of the Argo kinds', () =>
    run(process.execPath, ['scripts/generate-spec-schema.mjs']).then(() => undefined),
  );
} catch (error) {
  fail(error);
}
