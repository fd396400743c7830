import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { CONFIG } from './config/control-plane.config.js';
import type { ControlPlaneConfig } from './config/control-plane.config.js';
import { graphqlModule } from './graphql/graphql.module.js';
import { HealthController } from './health/health.controller.js';
import { AccessGuard } from './modules/access/access.guard.js';
import { AccessModule } from './modules/access/access.module.js';
import { AuditModule } from './modules/audit/audit.module.js';
import { ClustersModule } from './modules/clusters/clusters.module.js';
import { LinkModule } from './modules/link/link.module.js';
import { LogsModule } from './modules/logs/logs.module.js';
import { RunsModule } from './modules/runs/runs.module.js';
import type { Database } from './persistence/database.js';
import type { Notifications } from './persistence/notifications.js';
import { PersistenceModule } from './persistence/persistence.module.js';

export interface AppOptions {
  readonly config: ControlPlaneConfig;
  readonly database: Database;
  readonly notifications: Notifications;
  /** Signs access tokens. */
  readonly jwtSecret: string;
  readonly schemaPath: string;
}

@Module({})
export class AppModule {
  static of({ config, database, notifications, jwtSecret, schemaPath }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        { module: ConfigModule, global: true, providers: [{ provide: CONFIG, useValue: config }], exports: [CONFIG] },
        JwtModule.register({ global: true, secret: jwtSecret, verifyOptions: { algorithms: ['HS256'] } }),
        PersistenceModule.of(database, notifications),
        graphqlModule(schemaPath),
        AccessModule,
        AuditModule,
        ClustersModule,
        RunsModule,
        LogsModule,
        LinkModule,
      ],
      controllers: [HealthController],
      providers: [{ provide: APP_GUARD, useExisting: AccessGuard }],
    };
  }
}

class ConfigModule {}
