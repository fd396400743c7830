import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Database } from './database.js';
import { Notifications } from './notifications.js';

@Global()
@Module({})
export class PersistenceModule {
  static of(database: Database, notifications: Notifications): DynamicModule {
    return {
      module: PersistenceModule,
      providers: [
        { provide: Database, useValue: database },
        { provide: Notifications, useValue: notifications },
      ],
      exports: [Database, Notifications],
    };
  }
}
