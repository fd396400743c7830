#!/usr/bin/env node
// `npx argosy` from a checkout: makes the command line tool when it is stale, then becomes it.
import { existsSync } from 'node:fs';

const root = new URL('..', import.meta.url);
if (!existsSync(new URL('dist/apps/cli/main.js', root))) {
  process.stderr.write('argosy is not built yet: run npm start or npm run build first.\n');
  process.exit(1);
}
await import(new URL('dist/apps/cli/main.js', root).href);
