import { join } from 'node:path';
import { createLogger, HealthRegistry, Metrics, SystemClock } from '@argosy/platform';
import type { Clock, Logger } from '@argosy/platform';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cookieParser from 'cookie-parser';
import express from 'express';
import { AppModule } from './app.module.js';
import type { ControlPlaneConfig } from './config/control-plane.config.js';
import { BODY_LIMIT, bodyFault } from './http/body-limit.js';
import { securityHeaders, servePages } from './http/pages.js';
import { requestLog } from './http/request-log.js';
import { NestLogger } from './http/nest-logger.js';
import { ensureAdministrator } from './modules/access/first-administrator.js';
import { deriveSecret } from './modules/access/secrets.js';
import { Database } from './persistence/database.js';
import { keptSecret } from './persistence/kept-secret.js';
import { Notifications } from './persistence/notifications.js';
import { QueuesModule } from './queues/queues.module.js';

export interface ApplicationOptions {
  readonly config: ControlPlaneConfig;
  /** As a role that row-level security holds for. */
  readonly databaseUrl: string;
  /** Where schema.graphql and the built pages are found: the repository, or what an image has of it. */
  readonly root: string;
  readonly clock?: Clock;
}
export interface Application {
  readonly url: string;
  readonly port: number;
  /** Ends what is going on, and closes every connection. */
  stop(): Promise<void>;
}

/** From which all other secrets of the control plane are made. */
export const masterSecret = (config: ControlPlaneConfig): string =>
  config.ARGOSY_SECRET?.reveal() ?? keptSecret(config.ARGOSY_DATA_DIR, 'secrets/argosy');

/** One replica of the control plane, listening. */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { config, databaseUrl, clock = new SystemClock() } = options;
  const logger = createLogger('control-plane', config.ARGOSY_LOG_LEVEL);
  const database = new Database(databaseUrl);
  const notifications = new Notifications(databaseUrl);
  try {
    await ensureAdministrator(database, config.ARGOSY_ADMIN_EMAIL, () =>
      keptSecret(config.ARGOSY_DATA_DIR, 'admin-password'),
    );
    await notifications.start();
    const app = await createApp(options, logger, database, notifications, clock);
    await app.listen(config.ARGOSY_PORT, config.ARGOSY_HOST);
    const { port } = (app.getHttpServer() as { address(): { port: number } }).address();
    logger.info({ port, role: config.ARGOSY_ROLE }, 'Listening');
    const stop = async (): Promise<void> => {
      logger.info({}, 'Stopping');
      await closeApp(app, logger);
      await notifications.close();
      await database.close();
    };
    return { url: `http://${config.ARGOSY_HOST}:${port}`, port, stop };
  } catch (error) {
    await notifications.close();
    await database.close();
    throw error;
  }
}

async function createApp(
  { config, databaseUrl, root }: ApplicationOptions,
  logger: Logger,
  database: Database,
  notifications: Notifications,
  clock: Clock,
): Promise<NestExpressApplication> {
  const health = new HealthRegistry();
  const metrics = new Metrics('control-plane').collectProcess();
  health.register('database', async () => {
    if (!(await database.isAlive())) throw new Error('does not answer');
  });
  health.register('notifications', async () => {
    if (!notifications.isListening) throw new Error('not connected; trying again');
  });
  const tokenSecret = deriveSecret(masterSecret(config), 'access-tokens');
  const workers = config.ARGOSY_ROLE === 'api' ? [] : [QueuesModule.of(config, databaseUrl)];
  const options = { config, database, notifications, clock, health, metrics, tokenSecret, root, workers };
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(options), {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const durations = metrics.duration('argosy_http_request_seconds', 'Time to answer a request', [
    'method',
    'route',
    'status',
  ]);
  app.use(requestLog(logger, durations));
  app.use(securityHeaders);
  app.use(cookieParser());
  app.use(express.json({ limit: BODY_LIMIT }));
  app.use(bodyFault);
  if (config.ARGOSY_ROLE !== 'worker')
    servePages(app, {
      explorer: join(root, 'apps/control-plane/explorer'),
      schemas: join(root, 'deploy/schemas'),
      dashboard: config.ARGOSY_DASHBOARD_DIR ?? join(root, 'dist/apps/dashboard'),
    });
  return app;
}

async function closeApp(app: NestExpressApplication, logger: Logger): Promise<void> {
  const server = app.getHttpServer() as { closeIdleConnections(): void; closeAllConnections(): void };
  // Requests that are being answered get a moment; then open sockets would keep us for as long as their clients like.
  const patience = setTimeout(() => server.closeAllConnections(), 2_000);
  server.closeIdleConnections();
  await app.close().catch((err: unknown) => logger.warn({ err }, 'The server did not close cleanly'));
  clearTimeout(patience);
}
