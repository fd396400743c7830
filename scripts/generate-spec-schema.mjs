// JSON Schema of the Argo kinds, from the interfaces in libs/workflow-spec/src/model. Three readings of one source: what
// the parser runs on (no prose), what editors show (with prose), and the CRDs. With --check nothing is written, and a
// file that is not what it would become is an error.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { format } from 'prettier';
import { createGenerator, ExposeNodeParser } from 'ts-json-schema-generator';
import { customResourceDefinitions } from './spec-schema/crds.mjs';
import { editorSchema } from './spec-schema/editor-schema.mjs';
import { refine, withoutProse } from './spec-schema/refinements.mjs';

process.chdir(new URL('..', import.meta.url).pathname);

/** Argo and Kubernetes both have an HTTPHeader and a LifecycleHandler: the latter's names get a prefix. */
function prefixKubernetesNames() {
  const nameOf = ExposeNodeParser.prototype.getDefinitionName;
  ExposeNodeParser.prototype.getDefinitionName = function (node, context) {
    const name = nameOf.call(this, node, context);
    return node.getSourceFile().fileName.includes('/kubernetes-types/') ? `k8s.${name}` : name;
  };
}

function definitionsFromTypes() {
  prefixKubernetesNames();
  const generator = createGenerator({
    path: 'libs/workflow-spec/src/model/workflow.ts',
    tsconfig: 'tsconfig.json',
    skipTypeCheck: true,
    additionalProperties: false,
    expose: 'all',
    encodeRefs: false,
    sortProps: false,
  });
  return generator.createSchema('*').definitions;
}

const definitions = refine(definitionsFromTypes());
const runtime = `// Generated from ../model by scripts/generate-spec-schema.mjs.
import type { JsonSchema } from '../schema/json-schema.js';

export const definitions: Readonly<Record<string, JsonSchema>> = ${JSON.stringify(withoutProse(definitions))};
`;
const files = [
  ['libs/workflow-spec/src/generated/schema.ts', runtime],
  ['deploy/schemas/argo-workflows.schema.json', JSON.stringify(editorSchema(definitions))],
  ...customResourceDefinitions(definitions).map(([name, yaml]) => [`deploy/crds/${name}.yaml`, yaml]),
];
const style = JSON.parse(readFileSync('.prettierrc.json', 'utf8'));
const stale = [];
for (const [path, content] of files) {
  // The CRDs are written in prettier's style to begin with; running it over megabytes takes longer than all the rest.
  const text = path.endsWith('.yaml') ? content : await format(content, { ...style, filepath: path });
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale.push(path);
  if (process.argv.includes('--check')) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
if (process.argv.includes('--check') && stale.length > 0) {
  process.stderr.write(`Not up to date: ${stale.join(', ')}. Run npm run generate.\n`);
  process.exitCode = 1;
}
