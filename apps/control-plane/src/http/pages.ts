import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

const NOT_PAGES = /^\/(graphql|auth|link|healthz|readyz|metrics|explorer|schemas)(\/|$)/;
/** Vite puts a hash of its content into the name of every file here. */
const HASHED = /[/\\]assets[/\\]/;

/** What browsers may do on our pages: load and call what comes from here, and nothing else. */
export const securityHeaders = helmet({
  contentSecurityPolicy: {
    directives: {
      'script-src': ["'self'", "'wasm-unsafe-eval'"],
      'worker-src': ["'self'", 'blob:'],
      'connect-src': ["'self'", 'ws:', 'wss:'],
      'upgrade-insecure-requests': null,
    },
  },
  // Without TLS the header would lock people out of other programs on the same host.
  strictTransportSecurity: false,
});

export interface PageFolders {
  readonly explorer: string;
  /** JSON Schema for editors, which may be web pages themselves. */
  readonly schemas: string;
  readonly dashboard: string;
}

/** The explorer, the schemas, and the built dashboard with its page for every address that is not the API's. */
export function servePages(app: NestExpressApplication, { explorer, schemas, dashboard }: PageFolders): void {
  if (existsSync(explorer)) app.use('/explorer', express.static(explorer, { maxAge: 0 }));
  const setHeaders = (response: Response): void => void response.setHeader('access-control-allow-origin', '*');
  app.use('/schemas', express.static(schemas, { index: false, maxAge: '5m', setHeaders }));
  if (!existsSync(join(dashboard, 'index.html'))) return;
  app.use(
    express.static(dashboard, {
      index: false,
      setHeaders: (response, path) =>
        response.setHeader('cache-control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'),
    }),
  );
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' || NOT_PAGES.test(request.path)) return next();
    return response.sendFile(join(dashboard, 'index.html'), { headers: { 'cache-control': 'no-cache' } });
  });
}
