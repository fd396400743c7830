// Merges the features' schema files into apps/control-plane/schema.graphql (committed) and generates the types of resolvers.
// `--check` fails when the committed schema is stale.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import { buildASTSchema, lexicographicSortSchema, parse, printSchema, visit } from 'graphql';

process.chdir(new URL('..', import.meta.url).pathname);
const target = 'apps/control-plane/schema.graphql';
const modules = 'apps/control-plane/src/modules';
const files = [
  'apps/control-plane/src/graphql/shared.graphql',
  ...readdirSync(modules, { recursive: true })
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => join(modules, name)),
];

/** One document in which every `extend type X` has become part of X. */
function merged() {
  const definitions = new Map();
  for (const definition of files.flatMap((path) => parse(readFileSync(path, 'utf8')).definitions)) {
    const known = definitions.get(definition.name.value);
    if (!known)
      definitions.set(definition.name.value, {
        ...definition,
        kind: definition.kind.replace('Extension', 'Definition'),
        fields: definition.fields ? [...definition.fields] : undefined,
      });
    else known.fields.push(...definition.fields);
  }
  return { kind: 'Document', definitions: [...definitions.values()] };
}

const document = merged();
const text = printSchema(lexicographicSortSchema(buildASTSchema(document)));
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== `${text}\n`) {
    process.stderr.write(`${target} is stale: run npm run generate and commit it.\n`);
    process.exit(1);
  }
} else {
  writeFileSync(target, `${text}\n`);
  const types = await codegen({
    filename: 'schema-types.ts',
    schema: visit(document, {}),
    documents: [],
    plugins: [{ typescript: {} }],
    pluginMap: { typescript },
    config: {
      enumsAsTypes: true,
      scalars: { DateTime: 'string', JSON: 'unknown' },
      avoidOptionals: false,
      useTypeImports: true,
    },
  });
  mkdirSync('apps/control-plane/src/graphql/generated', { recursive: true });
  writeFileSync('apps/control-plane/src/graphql/generated/schema-types.ts', `/* eslint-disable */\n${types}`);
}
