import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';

export interface ApiTokenRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly permissions: string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

@Injectable()
export class AccessRepository {
  async rolesOf(tx: Transaction, userId: string): Promise<string[]> {
    const memberships = await tx.membership.findMany({ where: { userId }, select: { teamId: true } });
    const bindings = await tx.roleBinding.findMany({
      where: { scopeType: 'tenant', OR: [{ userId }, { teamId: { in: memberships.map(({ teamId }) => teamId) } }] },
      select: { role: true },
    });
    return bindings.map(({ role }) => role);
  }

  async user(tx: Transaction, id: string): Promise<{ id: string; name: string; email: string } | null> {
    return tx.user.findUnique({ where: { id }, select: { id: true, name: true, email: true } });
  }

  async tenant(tx: Transaction, id: string): Promise<{ id: string; name: string } | null> {
    return tx.tenant.findUnique({ where: { id }, select: { id: true, name: true } });
  }

  async teamsOf(tx: Transaction, userId: string): Promise<{ id: string; name: string }[]> {
    const memberships = await tx.membership.findMany({ where: { userId }, select: { teamId: true } });
    return tx.team.findMany({
      where: { id: { in: memberships.map(({ teamId }) => teamId) } },
      select: { id: true, name: true },
    });
  }

  async tokensOf(tx: Transaction, userId: string): Promise<ApiTokenRow[]> {
    return tx.apiToken.findMany({ where: { userId }, orderBy: { createdAt: 'desc' } });
  }

  async createToken(
    tx: Transaction,
    token: {
      id: string;
      tenantId: string;
      userId: string;
      name: string;
      prefix: string;
      hash: string;
      permissions: string[];
      expiresAt: Date | null;
    },
  ): Promise<ApiTokenRow> {
    return tx.apiToken.create({ data: token });
  }

  /** Null when there is no such token of this user's. */
  async revokeToken(tx: Transaction, id: string, userId: string, at: Date): Promise<ApiTokenRow | null> {
    const found = await tx.apiToken.findFirst({ where: { id, userId } });
    if (!found || found.revokedAt) return found;
    return tx.apiToken.update({ where: { id }, data: { revokedAt: at } });
  }

  async touchToken(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.apiToken.updateMany({ where: { id }, data: { lastUsedAt: at } });
  }

  async createRefreshToken(
    tx: Transaction,
    token: { hash: string; tenantId: string; userId: string; family: string; expiresAt: Date },
  ): Promise<void> {
    await tx.refreshToken.create({ data: token });
  }

  /** True when this call was the one that used it up. */
  async useRefreshToken(tx: Transaction, hash: string, at: Date): Promise<boolean> {
    const { count } = await tx.refreshToken.updateMany({ where: { hash, usedAt: null }, data: { usedAt: at } });
    return count === 1;
  }

  async deleteFamily(tx: Transaction, family: string): Promise<void> {
    await tx.refreshToken.deleteMany({ where: { family } });
  }
}
