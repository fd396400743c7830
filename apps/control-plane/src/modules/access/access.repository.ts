import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';
import type { Binding } from './rights.js';

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}
export interface LoginRow extends UserRow {
  readonly tenantId: string;
  readonly passwordHash: string;
}
export interface ApiTokenRow {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly permissions: string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}
export interface NewApiToken {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly hash: string;
  readonly permissions: string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}
interface Named {
  readonly id: string;
  readonly name: string;
}

@Injectable()
export class AccessRepository {
  /** Roles of the user, and of the teams the user is in. */
  async bindings(tx: Transaction, userId: string): Promise<Binding[]> {
    return tx.$queryRaw<Binding[]>`
      SELECT role, scope_type AS "scopeType", scope_value AS "scopeValue" FROM role_binding
      WHERE user_id = ${userId}::uuid
         OR team_id IN (SELECT team_id FROM membership WHERE user_id = ${userId}::uuid)`;
  }

  async user(tx: Transaction, id: string): Promise<UserRow | null> {
    return tx.user.findUnique({ where: { id }, select: { id: true, name: true, email: true } });
  }

  /** Inside `withLogin`: every account of this address, one for each tenant at most. */
  async logins(tx: Transaction, email: string): Promise<LoginRow[]> {
    return tx.user.findMany({ where: { email }, orderBy: { tenantId: 'asc' } });
  }

  async tenant(tx: Transaction, id: string): Promise<Named | null> {
    return tx.tenant.findUnique({ where: { id }, select: { id: true, name: true } });
  }

  async teamsOf(tx: Transaction, userId: string): Promise<Named[]> {
    return tx.$queryRaw<Named[]>`
      SELECT t.id, t.name FROM team t JOIN membership m ON m.team_id = t.id
      WHERE m.user_id = ${userId}::uuid ORDER BY t.name`;
  }

  async tokensOf(tx: Transaction, userId: string): Promise<ApiTokenRow[]> {
    return tx.apiToken.findMany({ where: { userId }, orderBy: { id: 'desc' } });
  }

  async tokenByHash(tx: Transaction, hash: string): Promise<ApiTokenRow | null> {
    return tx.apiToken.findUnique({ where: { hash } });
  }

  async createToken(tx: Transaction, token: NewApiToken): Promise<ApiTokenRow> {
    return tx.apiToken.create({ data: token });
  }

  /** Null when there is no such token of this user's. */
  async revokeToken(tx: Transaction, id: string, userId: string, at: Date): Promise<ApiTokenRow | null> {
    const found = await tx.apiToken.findFirst({ where: { id, userId } });
    if (!found || found.revokedAt) return found;
    return tx.apiToken.update({ where: { id }, data: { revokedAt: at } });
  }

  /** Writes the last use, unless one since `staleBefore` has been written. */
  async touchToken(tx: Transaction, id: string, at: Date, staleBefore: Date): Promise<void> {
    await tx.apiToken.updateMany({
      where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: staleBefore } }] },
      data: { lastUsedAt: at },
    });
  }

  /** False when there is one of that name. */
  async createTenant(tx: Transaction, { id, name }: Named): Promise<boolean> {
    const made = await tx.$executeRaw`
      INSERT INTO tenant (id, name) VALUES (${id}::uuid, ${name}) ON CONFLICT (name) DO NOTHING`;
    return made === 1;
  }

  async createUser(tx: Transaction, user: LoginRow): Promise<void> {
    await tx.user.create({ data: user });
  }

  async bindUser(tx: Transaction, id: string, tenantId: string, userId: string, binding: Binding): Promise<void> {
    await tx.roleBinding.create({ data: { id, tenantId, userId, ...binding } });
  }

  /** Inside `forMaintenance`. */
  async tenantIds(tx: Transaction): Promise<string[]> {
    return (await tx.tenant.findMany({ select: { id: true }, orderBy: { id: 'asc' } })).map(({ id }) => id);
  }
}
