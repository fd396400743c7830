// Generates the database client. Prisma's command line wants to download an engine that generating does not need; where it
// is not there, any executable stands in for it.
import { run } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
await run(process.execPath, ['node_modules/prisma/build/index.js', 'generate'], {
  env: {
    PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
    CHECKPOINT_DISABLE: '1',
  },
  title: 'prisma generate',
});
