import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Clock, newId } from '@argosy/platform';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/database.js';
import { AccessRepository } from './access.repository.js';
import type { LoginRow } from './access.repository.js';
import { hashSecret, isPassword, newSecret } from './secrets.js';
import { SessionsRepository } from './sessions.repository.js';

export const ACCESS_TOKEN_MINUTES = 15;
export const REFRESH_TOKEN_DAYS = 14;
const DAY_MS = 86_400_000;

export interface Session {
  /** JWT, for `Authorization: Bearer`. */
  readonly accessToken: string;
  /** For one exchange against the next session. */
  readonly refreshToken: string;
}
export interface AccessClaims {
  readonly sub: string;
  readonly tenant: string;
  readonly exp: number;
}
export interface Credentials {
  /** Name of the tenant; needed only by those who have the same address and password in several. */
  readonly tenant?: string | undefined;
  readonly email: string;
  readonly password: string;
}

/** Logins of people: a short-lived access token, and a refresh token that is exchanged at every use. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly access: AccessRepository,
    private readonly sessions: SessionsRepository,
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {}

  /** The account that these credentials open; undefined when they are wrong, without telling which of them. */
  async verify({ tenant, email, password }: Credentials): Promise<LoginRow | undefined> {
    const address = email.trim().toLowerCase();
    const accounts = await this.database.withLogin(address, (tx) => this.access.logins(tx, address));
    let match: LoginRow | undefined;
    for (const account of accounts.length > 0 ? accounts : [undefined]) {
      const isRight = await isPassword(password, account?.passwordHash);
      if (isRight && account && !match && (await this.isOf(account, tenant))) match = account;
    }
    return match;
  }

  open({ tenantId, id }: Pick<LoginRow, 'tenantId' | 'id'>): Promise<Session> {
    return this.database.withTenant(tenantId, (tx) => this.issue(tx, tenantId, id, newId()));
  }

  /** A used refresh token that comes again was stolen from somebody: all of its family end. */
  async refresh(token: string): Promise<Session | undefined> {
    const hash = hashSecret(token);
    return this.database.withSecret(hash, async (tx) => {
      const found = await this.sessions.find(tx, hash);
      const now = this.clock.now();
      if (!found || found.expiresAt <= now) return undefined;
      await this.database.enterTenant(tx, found.tenantId);
      if (await this.sessions.use(tx, hash, now)) return this.issue(tx, found.tenantId, found.userId, found.family);
      await this.sessions.deleteFamily(tx, found.family);
      return undefined;
    });
  }

  async close(token: string): Promise<void> {
    const hash = hashSecret(token);
    await this.database.withSecret(hash, async (tx) => {
      const found = await this.sessions.find(tx, hash);
      if (!found) return;
      await this.database.enterTenant(tx, found.tenantId);
      await this.sessions.deleteFamily(tx, found.family);
    });
  }

  private async isOf({ tenantId }: LoginRow, wanted: string | undefined): Promise<boolean> {
    if (wanted === undefined) return true;
    const tenant = await this.database.withTenant(tenantId, (tx) => this.access.tenant(tx, tenantId));
    return tenant?.name === wanted;
  }

  private async issue(tx: Transaction, tenantId: string, userId: string, family: string): Promise<Session> {
    const refreshToken = newSecret('refresh');
    const now = this.clock.now().getTime();
    const expiresAt = new Date(now + REFRESH_TOKEN_DAYS * DAY_MS);
    await this.sessions.create(tx, { hash: hashSecret(refreshToken), tenantId, userId, family, expiresAt });
    const iat = Math.floor(now / 1000);
    const claims = { sub: userId, tenant: tenantId, iat, exp: iat + ACCESS_TOKEN_MINUTES * 60 };
    return { accessToken: await this.jwt.signAsync(claims), refreshToken };
  }
}
