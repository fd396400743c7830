// Generates the types of resolvers from the features' schema files. `--schema` also merges those files into
// apps/control-plane/schema.graphql, which is committed; `--check` only says whether that one is up to date.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
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
  if (process.argv.includes('--schema')) writeFileSync(target, `${text}\n`);
  // What a resolver gives for these types is less than the type: the rest comes from field resolvers.
  const mappers = {
    Run: '../../modules/runs/run.mapper.js#RunFields',
    RunNode: '../../modules/runs/run.mapper.js#RunNodeFields',
  };
  const config = {
    enumsAsTypes: true,
    scalars: { DateTime: 'string', JSON: 'unknown' },
    useTypeImports: true,
  };
  const generate = (filename, plugins, pluginMap, more = {}) =>
    codegen({
      filename,
      schema: visit(document, {}),
      documents: [],
      plugins,
      pluginMap,
      config: { ...config, ...more },
    });
  const folder = 'apps/control-plane/src/graphql/generated';
  mkdirSync(folder, { recursive: true });
  const types = await generate('schema-types.ts', [{ typescript: {} }], { typescript });
  const resolvers = await generate(
    'resolver-types.ts',
    [{ typescript: {} }, { typescriptResolvers: {} }],
    { typescript, typescriptResolvers },
    { mappers, resolversNonOptionalTypename: { unionMember: true } },
  );
  writeFileSync(join(folder, 'schema-types.ts'), `/* eslint-disable */\n${types}`);
  writeFileSync(join(folder, 'resolver-types.ts'), `/* eslint-disable */\n${resolvers}`);
}
