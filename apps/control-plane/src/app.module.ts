import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { Clock, HealthRegistry, Metrics } from '@argosy/platform';
import { CONFIG } from './config/control-plane.config.js';
import type { ControlPlaneConfig } from './config/control-plane.config.js';
import { graphqlModule } from './graphql/graphql.module.js';
import { HealthController } from './health/health.controller.js';
import { AccessInterceptor } from './modules/access/access.interceptor.js';
import { AccessModule } from './modules/access/access.module.js';
import { TOKEN_SECRET } from './modules/access/authenticator.js';
import { ClustersModule } from './modules/clusters/clusters.module.js';
import { AuditModule } from './modules/audit/audit.module.js';
import { LinkModule } from './modules/link/link.module.js';
import { LogsModule } from './modules/logs/logs.module.js';
import { RunsModule } from './modules/runs/runs.module.js';
import { Database } from './persistence/database.js';
import { Notifications } from './persistence/notifications.js';

export interface AppOptions {
  readonly config: ControlPlaneConfig;
  readonly database: Database;
  readonly notifications: Notifications;
  readonly clock: Clock;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
  /** Signs access tokens. */
  readonly tokenSecret: string;
  /** Folder of the repository's or image's files: schema, migrations. */
  readonly root: string;
  /** What a replica does besides answering requests. */
  readonly workers: readonly DynamicModule[];
}

@Module({})
export class AppModule {
  static of(options: AppOptions): DynamicModule {
    const { config, tokenSecret, root, workers } = options;
    const answering = [
      graphqlModule(`${root}/apps/control-plane/schema.graphql`),
      AccessModule,
      AuditModule,
      ClustersModule,
      RunsModule,
      LogsModule,
      LinkModule,
    ];
    return {
      module: AppModule,
      imports: [
        ambient(options),
        JwtModule.register({ global: true, secret: tokenSecret }),
        ...(config.ARGOSY_ROLE === 'worker' ? [] : answering),
        ...workers,
      ],
      controllers: [HealthController],
      providers: config.ARGOSY_ROLE === 'worker' ? [] : [{ provide: APP_INTERCEPTOR, useExisting: AccessInterceptor }],
    };
  }
}

class AmbientModule {}

/** What every module may ask for. */
function ambient({ config, database, notifications, clock, health, metrics, tokenSecret }: AppOptions): DynamicModule {
  const providers: Provider[] = [
    { provide: CONFIG, useValue: config },
    { provide: TOKEN_SECRET, useValue: tokenSecret },
    { provide: Database, useValue: database },
    { provide: Notifications, useValue: notifications },
    { provide: Clock, useValue: clock },
    { provide: HealthRegistry, useValue: health },
    { provide: Metrics, useValue: metrics },
  ];
  const exported = [CONFIG, TOKEN_SECRET, Database, Notifications, Clock, HealthRegistry, Metrics];
  return { module: AmbientModule, global: true, providers, exports: exported };
}
