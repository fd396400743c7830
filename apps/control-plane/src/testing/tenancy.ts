import { newId } from '@argosy/platform';
import type pg from 'pg';
import { hashPassword, hashSecret, newSecret } from '../modules/access/secrets.js';

export const PASSWORD = 'correct horse battery staple';
// Slow on purpose, so once is enough.
let passwordHash: Promise<string> | undefined;

export interface TestTenant {
  readonly id: string;
  readonly name: string;
}
export interface TestUser {
  readonly id: string;
  readonly email: string;
  /** An API token with all of the user's permissions. */
  readonly token: string;
  readonly tokenId: string;
}
export interface Scope {
  readonly type: 'tenant' | 'namespace' | 'cluster';
  readonly value?: string;
}
export interface RunSeed {
  readonly id?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly phase?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly createdAt?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/** Rows to begin with, written past row-level security. */
export class Tenancy {
  constructor(private readonly admin: pg.Client) {}

  async tenant(name: string): Promise<TestTenant> {
    const id = newId();
    await this.admin.query('INSERT INTO tenant (id, name) VALUES ($1, $2)', [id, name]);
    return { id, name };
  }

  async user(
    tenant: TestTenant,
    name: string,
    role: string,
    scope: Scope = { type: 'tenant' },
    permissions?: string[],
  ): Promise<TestUser> {
    const [id, tokenId, token] = [newId(), newId(), newSecret('argosy')];
    const email = `${name}@${tenant.name}.example`;
    passwordHash ??= hashPassword(PASSWORD);
    await this.admin.query(
      'INSERT INTO user_account (id, tenant_id, email, name, password_hash) VALUES ($1, $2, $3, $4, $5)',
      [id, tenant.id, email, name, await passwordHash],
    );
    await this.admin.query(
      'INSERT INTO role_binding (id, tenant_id, role, user_id, scope_type, scope_value) VALUES ($1, $2, $3, $4, $5, $6)',
      [newId(), tenant.id, role, id, scope.type, scope.value ?? null],
    );
    const { PERMISSIONS } = await import('../modules/access/permissions.js');
    await this.admin.query(
      `INSERT INTO api_token (id, tenant_id, user_id, name, prefix, hash, permissions) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [tokenId, tenant.id, id, `token of ${name}`, token.slice(0, 13), hashSecret(token), permissions ?? PERMISSIONS],
    );
    return { id, email, token, tokenId };
  }

  async cluster(tenant: TestTenant, name: string, isConnected = true): Promise<string> {
    const id = newId();
    await this.admin.query(
      'INSERT INTO cluster (id, tenant_id, name, connected, credential_hash) VALUES ($1, $2, $3, $4, $5)',
      [id, tenant.id, name, isConnected, hashSecret(id)],
    );
    return id;
  }

  async run(tenant: TestTenant, clusterId: string, seed: RunSeed = {}): Promise<string> {
    const id = seed.id ?? newId();
    await this.admin.query(
      `INSERT INTO run (id, tenant_id, cluster_id, uid, namespace, name, phase, labels, manifest, created_at, started_at, finished_at)
       VALUES ($1::uuid, $2, $3, $1::uuid::text, $4, $5, $6, $7, 'kind: Workflow', coalesce($8::timestamptz, now()), $9, $10)`,
      [
        id,
        tenant.id,
        clusterId,
        seed.namespace ?? 'default',
        seed.name ?? `run-${id.slice(-6)}`,
        seed.phase ?? 'RUNNING',
        JSON.stringify(seed.labels ?? {}),
        seed.createdAt ?? null,
        seed.startedAt ?? null,
        seed.finishedAt ?? null,
      ],
    );
    return id;
  }

  async node(tenant: TestTenant, runId: string, nodeId: string, status: Record<string, unknown> = {}): Promise<void> {
    const whole = { id: nodeId, name: nodeId, displayName: nodeId, type: 'Pod', phase: 'Running', ...status };
    await this.admin.query(
      `INSERT INTO run_node (run_id, node_id, tenant_id, name, type, phase, status) VALUES ($1, $2, $3, $2, 'Pod', $4, $5)
       ON CONFLICT (run_id, node_id) DO UPDATE SET phase = excluded.phase, status = excluded.status`,
      [runId, nodeId, tenant.id, whole.phase, JSON.stringify(whole)],
    );
  }

  async log(
    tenant: TestTenant,
    runId: string,
    nodeId: string,
    firstLine: number,
    lines: readonly string[],
    { final = false, missingBefore = 0 } = {},
  ): Promise<void> {
    await this.admin.query(
      `INSERT INTO log_chunk (run_id, tenant_id, node_id, container, first_line, line_count, missing_before, final, times, lines)
       VALUES ($1, $2, $3, 'main', $4, $5, $6, $7, $8, $9)`,
      [
        runId,
        tenant.id,
        nodeId,
        firstLine,
        lines.length,
        missingBefore,
        final,
        lines.map(() => '2026-01-01T00:00:00Z'),
        lines,
      ],
    );
  }

  /** As a replica does after its transaction. */
  async notify(notification: Readonly<Record<string, unknown>>): Promise<void> {
    await this.admin.query("SELECT pg_notify('argosy', $1)", [JSON.stringify(notification)]);
  }
}
