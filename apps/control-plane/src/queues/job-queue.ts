import type { Histogram, Logger } from '@argosy/platform';
import { createPostgresBackend, Queue, withBackend, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { isJobName, JOBS, SCHEDULE } from './jobs.js';
import type { JobHandlers, JobName } from './jobs.js';

const NAME = 'argosy';
const CONCURRENCY = 4;
const ATTEMPTS = 5;
const FIRST_DELAY_MS = 1_000;
const KEPT_FAILURES = 1_000;

export interface JobQueueOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly logger: Logger;
  readonly durations: Histogram<'job' | 'outcome'>;
}
interface Closeable {
  close(): Promise<unknown>;
}
/** What we use of a queue and of a worker: the same on every backend, whose types differ. */
type AnyQueue = Pick<Queue, 'close' | 'on'> & {
  add(name: string, data: unknown, options: { jobId: string }): Promise<unknown>;
  upsertJobScheduler(id: string, repeat: { every: number }, template: { name: string }): Promise<unknown>;
};
type AnyWorker = Pick<Worker, 'close' | 'on'>;
type Process = (job: { name: string; data: unknown }) => Promise<void>;

/** Background work, on PostgreSQL or Redis. */
export class JobQueue {
  private readonly queue: AnyQueue;
  private readonly closing: Closeable[] = [];

  constructor(private readonly options: JobQueueOptions) {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- bound by its class
    const { queue } = this.backend();
    const defaultJobOptions = {
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: FIRST_DELAY_MS },
      removeOnComplete: true,
      removeOnFail: KEPT_FAILURES,
    };
    this.queue = queue(defaultJobOptions);
    this.closing.push(this.queue);
    this.queue.on('error', (err) => options.logger.warn({ err }, 'The job queue is not reachable'));
  }

  /** Adds a job once for each id, however often it is asked to. */
  async add(job: JobName, payload: unknown, id: string): Promise<void> {
    await this.queue.add(job, payload, { jobId: id });
  }

  /** Works off jobs from now on, and has the scheduled ones come. */
  async work(handlers: JobHandlers): Promise<void> {
    const worker = this.backend().worker(async ({ name, data }) => {
      if (!isJobName(name)) throw new Error(`There is no job ${name}.`);
      await this.timed(name, () => handle(handlers, name, data));
    });
    // Before the queue: a job that ends needs it.
    this.closing.unshift(worker);
    worker.on('error', (err) => this.options.logger.warn({ err }, 'The job worker is not reachable'));
    worker.on('failed', (job, err) =>
      this.options.logger.error({ err, job: job?.name, attempt: job?.attemptsMade }, 'A job failed'),
    );
    for (const { job, everyMs } of SCHEDULE)
      await this.queue.upsertJobScheduler(job, { every: everyMs }, { name: job });
  }

  async close(): Promise<void> {
    for (const part of this.closing) await part.close();
  }

  private async timed(job: JobName, work: () => Promise<void>): Promise<void> {
    const stop = this.options.durations.startTimer({ job });
    try {
      await work();
      stop({ outcome: 'ok' });
    } catch (error) {
      stop({ outcome: 'failed' });
      throw error;
    }
  }

  private backend(): { queue(defaultJobOptions: object): AnyQueue; worker(process: Process): AnyWorker } {
    const { databaseUrl, redisUrl } = this.options;
    if (redisUrl === undefined) {
      const postgres = withBackend(createPostgresBackend);
      const connection = databaseUrl;
      return {
        queue: (defaultJobOptions) =>
          new postgres.Queue(NAME, { connection, defaultJobOptions }) as unknown as AnyQueue,
        worker: (process) =>
          new postgres.Worker(NAME, process, { connection, concurrency: CONCURRENCY }) as unknown as AnyWorker,
      };
    }
    const connect = (): Redis => {
      const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
      connection.on('error', () => undefined);
      this.closing.push({ close: () => connection.quit().catch(() => connection.disconnect()) });
      return connection;
    };
    return {
      queue: (defaultJobOptions) => new Queue(NAME, { connection: connect(), defaultJobOptions }),
      worker: (process) => new Worker(NAME, process, { connection: connect(), concurrency: CONCURRENCY }),
    };
  }
}

const handle = <Name extends JobName>(handlers: JobHandlers, name: Name, data: unknown): Promise<void> =>
  (handlers[name] as (payload: unknown) => Promise<void>)(JOBS[name].parse(data ?? {}));
