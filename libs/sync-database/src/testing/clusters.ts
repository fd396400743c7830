import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@argosy/embedded-postgres';
import type { EmbeddedPostgres } from '@argosy/embedded-postgres';
import type { Informer, KubeApi } from '@argosy/kube';
import { createInformer, resources } from '@argosy/kube';
import type { WorkflowController } from '@argosy/workflow-controller';
import { claimOf } from '@argosy/workflow-engine';
import type { Workflow, WorkflowSpec } from '@argosy/workflow-spec';
import pg from 'pg';
import { container, TestCluster } from '../../../workflow-controller/src/testing/test-cluster.js';
import { PostgresLockDatabase } from '../postgres-lock-database.js';

const PATIENCE_MS = 20_000;

/** A PostgreSQL that can be away for a while. */
export class TestPostgres {
  private readonly dir = mkdtempSync(join(tmpdir(), 'argosy-sync-'));
  private server: EmbeddedPostgres | undefined;
  private port: number | undefined;

  get url(): string {
    return this.server?.url() ?? '';
  }

  async start(): Promise<void> {
    const port = this.port === undefined ? {} : { port: this.port };
    this.server = await startEmbeddedPostgres({ dir: this.dir, password: 'x', volatile: true, ...port });
    this.port = this.server.port;
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Who holds and who waits, in the order of their turns. */
  async state(): Promise<string[]> {
    const rows = await this.query<{ controller: string; workflowkey: string; held: boolean }>(
      'SELECT * FROM sync_state ORDER BY held DESC, priority DESC, time, controller, workflowkey',
    );
    return rows.map(({ controller, workflowkey, held }) => `${controller} ${workflowkey}${held ? ' held' : ''}`);
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A cluster whose runs go on until they are told to end, and the controller of it. */
export class Site {
  readonly endless = new Set<string>();
  readonly cluster: TestCluster;
  private controller: WorkflowController | undefined;

  constructor(
    readonly name: string,
    private readonly url: string,
  ) {
    this.cluster = new TestCluster((pod) => ({
      endless: this.endless.has(pod.metadata?.labels?.['workflows.argoproj.io/workflow'] ?? ''),
    }));
  }

  async start(api: KubeApi = this.cluster.kube): Promise<void> {
    const { url, name } = this;
    const lockDatabase = new PostgresLockDatabase({ url, controller: name, clock: this.cluster.clock });
    this.controller = await this.cluster.controller(api, { lockDatabase });
  }

  async stop(): Promise<void> {
    if (this.controller) await this.cluster.stop(this.controller);
    this.controller = undefined;
  }

  submit(name: string, spec: WorkflowSpec): Promise<Workflow> {
    return this.cluster.submit([container('main')], spec, name);
  }

  async phase(name: string): Promise<string> {
    return (await this.cluster.get(name)).status?.phase ?? 'none';
  }
}

/** Several clusters that share one database. */
export class Sites {
  /** The most holders of one lock that all the objects together ever named. */
  mostHolders = 0;
  private readonly watches: Informer<Workflow>[];

  constructor(readonly all: readonly Site[]) {
    this.watches = all.map(({ cluster }) =>
      createInformer<Workflow>(cluster.kube, resources.workflows, { onChange: () => this.count() }),
    );
  }

  /** Goes on until the condition holds; time stands still, unless `turnClocks`. */
  async until(condition: () => Promise<boolean>, turnClocks = false): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
      for (const { cluster } of this.all) await cluster.settle();
      if (await condition()) return;
      if (turnClocks) for (const { cluster } of this.all) cluster.clock.advanceTo(cluster.clock.nextAt ?? 0);
    }
    throw new Error('what was waited for has not come');
  }

  async close(): Promise<void> {
    for (const { cluster } of this.all) await cluster.close();
    for (const watch of this.watches) await watch.stop();
  }

  private count(): void {
    const held = this.watches.flatMap((watch) => watch.list().flatMap((workflow) => claimOf(workflow).holding));
    for (const lock of new Set(held.map(([key]) => key)))
      this.mostHolders = Math.max(this.mostHolders, held.filter(([key]) => key === lock).length);
  }
}
