import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger, Metrics } from '@argosy/platform';
import { hasRedis, startRedis } from '../testing/redis.js';
import type { TestRedis } from '../testing/redis.js';
import { TestServer } from '../testing/test-server.js';
import type { TestDatabase } from '../testing/test-server.js';
import { JobQueue } from './job-queue.js';
import type { JobHandlers } from './jobs.js';

if (!hasRedis) process.stderr.write('No redis-server on this machine: the tests of jobs on Redis are left out.\n');
const TENANT = '0198c0de-0000-7000-8000-000000000001';
const RUN = '0198c0de-0000-7000-8000-000000000002';

let server: TestServer;
let db: TestDatabase;
let redis: TestRedis | undefined;
beforeAll(async () => {
  server = await TestServer.start();
  redis = hasRedis ? await startRedis() : undefined;
});
afterAll(async () => {
  await redis?.stop();
  await server.stop();
});

describe.each(['PostgreSQL', ...(hasRedis ? ['Redis'] : [])])('jobs on %s', (backend) => {
  let queues: JobQueue[];
  beforeEach(async () => {
    db = await server.newDatabase();
    queues = [];
  });
  afterEach(async () => {
    for (const queue of queues) await queue.close();
    await db.close();
  });

  const newQueue = (): JobQueue => {
    const queue = new JobQueue({
      databaseUrl: db.url,
      redisUrl: backend === 'Redis' ? redis?.url : undefined,
      logger: createLogger('test', 'silent'),
      durations: new Metrics('test').duration('argosy_job_seconds', 'Time to do a job', ['job', 'outcome']),
    });
    queues.push(queue);
    return queue;
  };
  const idle: JobHandlers = {
    'sweep-expired': async () => undefined,
    'prepare-partitions': async () => undefined,
    'relay-outbox': async () => undefined,
    'clear-purged-run': async () => undefined,
  };

  it('reach a worker with their payload, once for each id', async () => {
    const seen: string[] = [];
    const queue = newQueue();
    await queue.add('clear-purged-run', { tenantId: TENANT, runId: RUN }, 'a');
    await queue.add('clear-purged-run', { tenantId: TENANT, runId: RUN }, 'a');
    await queue.add('clear-purged-run', { tenantId: TENANT, runId: TENANT }, 'b');
    await new Promise<void>((done, failed) => {
      const handler: JobHandlers['clear-purged-run'] = async ({ tenantId, runId }) => {
        expect(tenantId).toBe(TENANT);
        seen.push(runId);
        if (seen.length === 2) done();
      };
      newQueue()
        .work({ ...idle, 'clear-purged-run': handler })
        .catch(failed);
    });
    expect(seen.sort()).toEqual([TENANT, RUN].sort());
  });

  it('are tried again when they fail', async () => {
    const queue = newQueue();
    let tries = 0;
    await queue.add('clear-purged-run', { tenantId: TENANT, runId: RUN }, 'c');
    await new Promise<void>((done, failed) => {
      const handler = async (): Promise<void> => {
        if (++tries === 1) throw new Error('the first try fails');
        done();
      };
      newQueue()
        .work({ ...idle, 'clear-purged-run': handler })
        .catch(failed);
    });
    expect(tries).toBe(2);
  });

  it('come by themselves when they are scheduled', async () => {
    const relayed = await new Promise<boolean>((done, failed) => {
      newQueue()
        .work({ ...idle, 'relay-outbox': async () => done(true) })
        .catch(failed);
    });
    expect(relayed).toBe(true);
  });
});
