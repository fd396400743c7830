// Puts the modules of src into one file and names it by its content. Usage: node build.mjs OUTPUT-FOLDER COMMIT
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [output, commit] = process.argv.slice(2);
const bundle = readdirSync('src')
  .sort()
  .map((name) => `// ${name}\n${readFileSync(join('src', name), 'utf8')}`)
  .join('\n');
const digest = createHash('sha256').update(bundle).digest('hex').slice(0, 12);
mkdirSync(output, { recursive: true });
writeFileSync(join(output, `argo-${digest}.mjs`), `// built from ${commit}\n${bundle}`);
writeFileSync(join(output, 'artifact'), `argo-${digest}.mjs`);
console.error(`wrote argo-${digest}.mjs (${bundle.length} bytes)`);
