import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/database.js';
import { AccessRepository } from './access.repository.js';
import { isPermission, ROLES } from './request-context.js';
import type { Permission, RequestContext } from './request-context.js';
import { hashSecret, isPassword, newSecret } from './secrets.js';

export const ACCESS_TOKEN_MINUTES = 15;
export const REFRESH_TOKEN_DAYS = 14;
export const API_TOKEN_PREFIX = 'argosy';
const DAY_MS = 86_400_000;
/** A token's last use is written at most this often. */
const TOUCH_MS = 60_000;

export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
}
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
  constructor(
    readonly code: 'UNAUTHENTICATED' | 'TOKEN_EXPIRED',
    message: string,
  ) {
    super(message);
  }
}

@Injectable()
export class AuthenticationService {
  private readonly touched = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly repository: AccessRepository,
    private readonly jwt: JwtService,
  ) {}

  /** Undefined when email or password is wrong; which of them is not told. */
  async logIn(email: string, password: string): Promise<Session | undefined> {
    const [owner] = await this.database.findOwner<{ user_id: string; tenant_id: string; password_hash: string }>(
      'find_login',
      email,
    );
    if (!(await isPassword(password, owner?.password_hash)) || !owner) return undefined;
    return this.openSession(owner.tenant_id, owner.user_id, randomUUID());
  }

  /** A used refresh token that comes again was stolen from somebody: the whole family ends. */
  async refresh(token: string): Promise<Session | undefined> {
    const hash = hashSecret(token);
    const [owner] = await this.database.findOwner<{
      tenant_id: string;
      user_id: string;
      family: string;
      expires_at: Date;
    }>('find_refresh_token', hash);
    if (!owner || owner.expires_at.getTime() < Date.now()) return undefined;
    const fresh = await this.database.withTenant(owner.tenant_id, async (tx) => {
      if (await this.repository.useRefreshToken(tx, hash, new Date())) return true;
      await this.repository.deleteFamily(tx, owner.family);
      return false;
    });
    return fresh ? this.openSession(owner.tenant_id, owner.user_id, owner.family) : undefined;
  }

  async logOut(token: string): Promise<void> {
    const [owner] = await this.database.findOwner<{ tenant_id: string; family: string }>(
      'find_refresh_token',
      hashSecret(token),
    );
    if (owner) await this.database.withTenant(owner.tenant_id, (tx) => this.repository.deleteFamily(tx, owner.family));
  }

  /** Who an `Authorization` header speaks for; undefined when there is none. Throws AuthenticationError for a bad one. */
  async authenticate(authorization: string | undefined, correlationId: string): Promise<RequestContext | undefined> {
    const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    return token.startsWith(`${API_TOKEN_PREFIX}_`)
      ? this.byApiToken(token, correlationId)
      : this.byAccessToken(token, correlationId);
  }

  private async byAccessToken(token: string, correlationId: string): Promise<RequestContext> {
    let claims: { sub: string; tenant: string };
    try {
      claims = await this.jwt.verifyAsync(token);
    } catch (error) {
      if ((error as Error).name === 'TokenExpiredError')
        throw new AuthenticationError('TOKEN_EXPIRED', 'The login has expired. Log in again.');
      throw new AuthenticationError('UNAUTHENTICATED', 'The access token is not valid.');
    }
    return this.database.withTenant(claims.tenant, async (tx) => {
      const user = await this.repository.user(tx, claims.sub);
      if (!user)
        throw new AuthenticationError('UNAUTHENTICATED', 'The user of this access token does not exist any more.');
      const actor = { kind: 'USER' as const, id: user.id, userId: user.id, name: user.name };
      return { actor, tenantId: claims.tenant, permissions: await this.permissionsOf(tx, user.id), correlationId };
    });
  }

  private async byApiToken(token: string, correlationId: string): Promise<RequestContext> {
    const [found] = await this.database.findOwner<{
      token_id: string;
      tenant_id: string;
      user_id: string;
      name: string;
      permissions: string[];
      expires_at: Date | null;
      revoked_at: Date | null;
    }>('find_api_token', hashSecret(token));
    if (!found || found.revoked_at)
      throw new AuthenticationError('UNAUTHENTICATED', 'The API token is not valid or has been revoked.');
    if (found.expires_at && found.expires_at.getTime() < Date.now())
      throw new AuthenticationError(
        'TOKEN_EXPIRED',
        `The API token expired ${found.expires_at.toISOString()}. Create another.`,
      );
    return this.database.withTenant(found.tenant_id, async (tx) => {
      const held = await this.permissionsOf(tx, found.user_id);
      if ((this.touched.get(found.token_id) ?? 0) < Date.now() - TOUCH_MS) {
        this.touched.set(found.token_id, Date.now());
        await this.repository.touchToken(tx, found.token_id, new Date());
      }
      // A token never has more than its owner has now, whatever it was created with.
      const permissions = new Set(found.permissions.filter(isPermission).filter((permission) => held.has(permission)));
      const actor = { kind: 'API_TOKEN' as const, id: found.token_id, userId: found.user_id, name: found.name };
      return { actor, tenantId: found.tenant_id, permissions, correlationId };
    });
  }

  private async permissionsOf(tx: Transaction, userId: string): Promise<Set<Permission>> {
    const roles = await this.repository.rolesOf(tx, userId);
    return new Set(roles.flatMap((role) => ROLES[role] ?? []));
  }

  private async openSession(tenantId: string, userId: string, family: string): Promise<Session> {
    const refreshToken = newSecret('refresh');
    const expiresAt = new Date(Date.now() + REFRESH_TOKEN_DAYS * DAY_MS);
    await this.database.withTenant(tenantId, (tx) =>
      this.repository.createRefreshToken(tx, { hash: hashSecret(refreshToken), tenantId, userId, family, expiresAt }),
    );
    return {
      accessToken: await this.jwt.signAsync(
        { sub: userId, tenant: tenantId },
        { expiresIn: `${ACCESS_TOKEN_MINUTES}m` },
      ),
      refreshToken,
    };
  }
}
