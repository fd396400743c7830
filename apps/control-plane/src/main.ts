import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgresError } from '@argosy/embedded-postgres';
import { ConfigError, createLogger, EXIT_CONFIG, onEnd, readConfig, sayFailed, sayReady } from '@argosy/platform';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cookieParser from 'cookie-parser';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { collectDefaultMetrics } from 'prom-client';
import { AppModule } from './app.module.js';
import { keptSecret, prepareDatabase } from './bootstrap.js';
import { controlPlaneConfig } from './config/control-plane.config.js';
import type { ControlPlaneConfig } from './config/control-plane.config.js';
import { unexpected } from './graphql/format-error.js';
import { Database } from './persistence/database.js';
import { Notifications } from './persistence/notifications.js';

const BODY_LIMIT = '3mb';
const here = fileURLToPath(new URL('.', import.meta.url));
/** The repository's root, seen from dist/apps/control-plane. */
const root = join(here, '../../..');
const NOT_PAGES = /^\/(graphql|auth|link|healthz|readyz|metrics|explorer)(\/|$)/;

async function start(config: ControlPlaneConfig): Promise<void> {
  const logger = createLogger('control-plane', config.ARGOSY_LOG_LEVEL);
  unexpected.log = (err, correlationId) => logger.error({ err, correlationId }, 'A request failed unexpectedly');
  const prepared = await prepareDatabase(config, join(root, 'prisma/migrations'));
  const database = new Database(prepared.url);
  const notifications = new Notifications(prepared.url);
  await notifications.start();
  const module = AppModule.of({
    config,
    database,
    notifications,
    jwtSecret: keptSecret(config.ARGOSY_DATA_DIR, 'secrets/jwt'),
    schemaPath: join(root, 'apps/control-plane/schema.graphql'),
  });
  const app = await NestFactory.create<NestExpressApplication>(module, {
    logger: ['error', 'warn'],
    bodyParser: false,
    abortOnError: false,
  });
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          'script-src': ["'self'", "'wasm-unsafe-eval'"],
          'worker-src': ["'self'", 'blob:'],
          'connect-src': ["'self'", 'ws:', 'wss:'],
          'upgrade-insecure-requests': null,
        },
      },
    }),
  );
  app.use(cookieParser());
  app.use(express.json({ limit: BODY_LIMIT }));
  app.use(tooLarge);
  serveDashboard(app, config.ARGOSY_DASHBOARD_DIR ?? join(here, '../dashboard'));
  await app.listen(config.ARGOSY_PORT, config.ARGOSY_HOST);
  const address = (app.getHttpServer() as { address(): { port: number } }).address();
  logger.info({ port: address.port }, 'Listening');
  sayReady({ url: `http://${config.ARGOSY_HOST}:${address.port}` });
  onEnd(config.ARGOSY_EXIT_WITH_PARENT === '1', () => {
    logger.info({}, 'Stopping');
    void (async () => {
      // Open sockets would keep the server for as long as their clients like.
      (app.getHttpServer() as { closeAllConnections(): void }).closeAllConnections();
      await app.close().catch((err: unknown) => logger.warn({ err }, 'The server did not close cleanly'));
      await notifications.close();
      await database.close();
      await prepared.embedded?.stop();
      process.exit(0);
    })();
  });
}

/** A body beyond the limit gets an answer that a GraphQL client understands. */
function tooLarge(
  error: { type?: string; limit?: number; length?: number },
  _request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (error.type !== 'entity.too.large') return next(error);
  response.status(413).json({
    errors: [
      {
        message: `The request has ${error.length} bytes; at most ${error.limit} are taken. A manifest may have 2 MB.`,
        extensions: { code: 'PAYLOAD_TOO_LARGE' },
      },
    ],
  });
}

/** The built dashboard, with its page for every address that is not the API's. */
function serveDashboard(app: NestExpressApplication, folder: string): void {
  if (!existsSync(join(folder, 'index.html'))) return;
  app.use(express.static(folder, { index: false, maxAge: '1h' }));
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' || NOT_PAGES.test(request.path)) return next();
    return response.sendFile(join(folder, 'index.html'));
  });
}

try {
  collectDefaultMetrics();
  await start(readConfig(controlPlaneConfig, process.env));
} catch (error) {
  const isExpected = error instanceof ConfigError || error instanceof EmbeddedPostgresError;
  sayFailed((error as Error).message);
  process.stderr.write(`${isExpected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}
