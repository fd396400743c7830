import { createLogger, Metrics } from '@argosy/platform';
import { Injectable, Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, DynamicModule, OnApplicationBootstrap } from '@nestjs/common';
import type { ControlPlaneConfig } from '../config/control-plane.config.js';
import { AccessRepository } from '../modules/access/access.repository.js';
import { SessionsRepository } from '../modules/access/sessions.repository.js';
import { ClustersRepository } from '../modules/clusters/clusters.repository.js';
import { PurgeRepository } from '../modules/runs/purge.repository.js';
import { OutboxRepository } from '../persistence/outbox.repository.js';
import { JobQueue } from './job-queue.js';
import { Maintenance } from './maintenance.js';

/** Works off jobs while the process runs. */
@Injectable()
class JobWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly queue: JobQueue,
    private readonly maintenance: Maintenance,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.queue.work(this.maintenance.handlers(this.queue));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.queue.close();
  }
}

/** For processes whose role is to work off jobs. */
@Module({})
export class QueuesModule {
  static of({ REDIS_URL, ARGOSY_LOG_LEVEL }: ControlPlaneConfig, databaseUrl: string): DynamicModule {
    const queue = {
      provide: JobQueue,
      inject: [Metrics],
      useFactory: (metrics: Metrics): JobQueue =>
        new JobQueue({
          databaseUrl,
          redisUrl: REDIS_URL,
          logger: createLogger('jobs', ARGOSY_LOG_LEVEL),
          durations: metrics.duration('argosy_job_seconds', 'Time to do a job', ['job', 'outcome']),
        }),
    };
    const repositories = [AccessRepository, SessionsRepository, ClustersRepository, PurgeRepository, OutboxRepository];
    return { module: QueuesModule, providers: [queue, Maintenance, JobWorker, ...repositories] };
  }
}
