// `npm run db:migration NAME`: writes a migration from the difference between prisma/schema.prisma and the snapshot of it
// that the last migration left. `--check` fails when there is a difference. Needs no database and no engine binary: the
// engine is the WebAssembly one, behind a database that only answers which version it is.
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';

process.chdir(new URL('..', import.meta.url).pathname);
const schemaPath = 'prisma/schema.prisma';
const snapshotPath = 'prisma/migrations/schema.snapshot.prisma';
const datamodel = (path) => ({ tag: 'schemaDatamodel', files: [{ path, content: readFileSync(path, 'utf8') }] });

async function startEngine() {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const bytes = readFileSync(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const connection = {
    provider: 'postgres',
    adapterName: 'offline',
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    queryRaw: async () => ({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [5, 7, 0],
      rows: [[true, 'PostgreSQL 18.4', 180004]],
    }),
    executeRaw: async () => 0,
    executeScript: async () => undefined,
    dispose: async () => undefined,
  };
  const factory = {
    provider: 'postgres',
    adapterName: 'offline',
    connect: async () => connection,
    connectToShadowDb: async () => connection,
  };
  return bindings.SchemaEngine.new(
    { datamodels: [[schemaPath, readFileSync(schemaPath, 'utf8')]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

const engine = await startEngine();
const { stdout, exitCode } = await engine.diff({
  from: existsSync(snapshotPath) ? datamodel(snapshotPath) : { tag: 'empty' },
  to: datamodel(schemaPath),
  script: true,
  exitCode: true,
  filters: { externalTables: [], externalEnums: [] },
});
const [name] = process.argv.slice(2);
if (name === '--check') {
  if (exitCode !== 0)
    process.stderr.write(`prisma/schema.prisma differs from its migrations. Run: npm run db:migration NAME\n${stdout}`);
  process.exit(exitCode === 0 ? 0 : 1);
}
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  process.stderr.write('usage: npm run db:migration NAME, with a name of lower-case letters, digits and underscores\n');
  process.exit(2);
}
if (exitCode === 0) {
  process.stdout.write('The schema has not changed since the last migration.\n');
  process.exit(0);
}
const folder = `prisma/migrations/${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`;
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'migration.sql'), stdout);
writeFileSync('prisma/migrations/migration_lock.toml', 'provider = "postgresql"\n');
writeFileSync(snapshotPath, readFileSync(schemaPath));
process.stdout.write(`Wrote ${folder}/migration.sql. Add row-level security for every new table with a tenant_id.\n`);
