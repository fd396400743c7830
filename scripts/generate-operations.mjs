// Types and typed documents for the GraphQL operations that a client sends, from the committed schema files.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';

process.chdir(new URL('..', import.meta.url).pathname);

const graphqlBelow = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => join(folder, name));
const read = (path) => parse(readFileSync(path, 'utf8'));

const schemaFiles = [
  'apps/control-plane/src/graphql/shared.graphql',
  ...graphqlBelow('apps/control-plane/src/modules'),
];
const schema = { kind: 'Document', definitions: schemaFiles.flatMap((path) => read(path).definitions) };

/** One client: where its operations are and where their types go. */
async function generate({ documents, filename }) {
  const output = await codegen({
    filename,
    schema,
    documents: graphqlBelow(documents).map((location) => ({ location, document: read(location) })),
    plugins: [{ operations: {} }, { typedDocumentNode: {} }],
    pluginMap: { operations, typedDocumentNode },
    config: {
      scalars: { DateTime: 'string', JSON: 'unknown' },
      enumsAsTypes: true,
      skipTypename: false,
      nonOptionalTypename: true,
      useTypeImports: true,
      avoidOptionals: { field: true },
    },
  });
  mkdirSync(dirname(filename), { recursive: true });
  writeFileSync(filename, `/* eslint-disable */\n${output}`);
}

await generate({ documents: 'libs/sdk/src', filename: 'libs/sdk/src/generated/operations.ts' });
await generate({ documents: 'apps/dashboard/src', filename: 'apps/dashboard/src/gql/operations.ts' });
