import 'reflect-metadata';
import { join } from 'node:path';
import { AppError, ConfigError, EXIT_CONFIG, onEnd, readConfig, sayFailed, sayReady } from '@argosy/platform';
import { masterSecret, startApplication } from './application.js';
import { controlPlaneConfig } from './config/control-plane.config.js';
import type { ControlPlaneConfig } from './config/control-plane.config.js';
import { deriveSecret } from './modules/access/secrets.js';
import { deploy, prepareDatabase } from './persistence/prepare-database.js';
import { prepareQueueSchema } from './queues/queue-schema.js';

/** The repository's root, or the image's, seen from dist/apps/control-plane. */
const root = join(import.meta.dirname, '../../..');

const schemaOptions = (config: ControlPlaneConfig) => ({
  migrationsDir: join(root, 'prisma/migrations'),
  rolePassword: deriveSecret(masterSecret(config), 'application-role'),
  prepareMore: prepareQueueSchema,
});

async function start(config: ControlPlaneConfig): Promise<void> {
  const database = await prepareDatabase({
    ...schemaOptions(config),
    url: config.DATABASE_URL,
    dataDir: config.ARGOSY_DATA_DIR,
  });
  try {
    const application = await startApplication({ config, databaseUrl: database.url, root });
    sayReady({ url: application.url });
    onEnd(config.ARGOSY_EXIT_WITH_PARENT, () => {
      void (async () => {
        await application.stop();
        await database.stop();
        process.exit(0);
      })();
    });
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** `npm run db:deploy`: prepares a server for control planes whose own role may not. */
async function deploySchema(config: ControlPlaneConfig): Promise<void> {
  if (config.DATABASE_URL === undefined)
    throw new ConfigError(['DATABASE_URL: must be given; a role that owns the database and may create roles']);
  const { url, applied } = await deploy({ ...schemaOptions(config), adminUrl: config.DATABASE_URL });
  const news = applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to apply';
  process.stderr.write(`Schema: ${news}. Start the control plane with this DATABASE_URL:\n`);
  // The one line on standard output, so that it can be piped into a secret. It changes when ARGOSY_SECRET does.
  process.stdout.write(`${url}\n`);
}

/** What went wrong, as a sentence where it was foreseen. */
function explain(error: unknown): string {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${address} is in use. Stop what listens there, or set ARGOSY_PORT to another one.`;
  if (code === 'EACCES' && port !== undefined)
    return `This user may not listen on port ${port}. Set ARGOSY_PORT to one above 1023.`;
  return error instanceof AppError ? error.message : ((error as Error).stack ?? String(error));
}

const isDeploy = process.argv[2] === 'deploy';
try {
  const config = readConfig(controlPlaneConfig, process.env);
  await (isDeploy ? deploySchema(config) : start(config));
} catch (error) {
  const message = explain(error);
  if (!isDeploy) sayFailed(message.split('\n    at ')[0] ?? message);
  process.stderr.write(`${message}\n`);
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}
