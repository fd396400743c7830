import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';

export interface RefreshTokenRow {
  readonly hash: string;
  readonly tenantId: string;
  readonly userId: string;
  /** Of one login: every token that was exchanged for the one before. */
  readonly family: string;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

@Injectable()
export class SessionsRepository {
  async find(tx: Transaction, hash: string): Promise<RefreshTokenRow | null> {
    return tx.refreshToken.findUnique({ where: { hash } });
  }

  async create(tx: Transaction, token: Omit<RefreshTokenRow, 'usedAt'>): Promise<void> {
    await tx.refreshToken.create({ data: token });
  }

  /** True when this call was the one that used it up. */
  async use(tx: Transaction, hash: string, at: Date): Promise<boolean> {
    const { count } = await tx.refreshToken.updateMany({ where: { hash, usedAt: null }, data: { usedAt: at } });
    return count === 1;
  }

  async deleteFamily(tx: Transaction, family: string): Promise<void> {
    await tx.refreshToken.deleteMany({ where: { family } });
  }

  /** Used tokens are kept until they expire, because it tells a theft when one comes again. */
  async deleteExpired(tx: Transaction, before: Date): Promise<number> {
    const { count } = await tx.refreshToken.deleteMany({ where: { expiresAt: { lt: before } } });
    return count;
  }
}
