import type { IncomingMessage } from 'node:http';
import passport from 'passport';
import type { Clock } from '@argosy/platform';
import type { Database } from '../../../persistence/database.js';
import { AuthenticationError } from '../access.errors.js';
import type { AccessRepository } from '../access.repository.js';
import { Rights } from '../rights.js';
import { hashSecret } from '../secrets.js';
import type { Identity } from './identity.js';

export const API_TOKEN_PREFIX = 'argosy';
/** A token's last use is written at most this often. */
const TOUCH_MS = 60_000;

/** Programs: a token that somebody created for them, which may be revoked. */
export class ApiTokenStrategy extends passport.Strategy {
  override readonly name = 'api-token';

  constructor(
    private readonly database: Database,
    private readonly repository: AccessRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  override authenticate(this: this & passport.StrategyCreated<this>, request: Pick<IncomingMessage, 'headers'>): void {
    const token = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    this.identify(token).then(
      (identity) => this.success(identity),
      (error: unknown) => this.error(error),
    );
  }

  private identify(token: string): Promise<Identity> {
    const hash = hashSecret(token);
    return this.database.withSecret(hash, async (tx) => {
      const found = await this.repository.tokenByHash(tx, hash);
      if (!found || found.revokedAt)
        throw new AuthenticationError('UNAUTHENTICATED', 'The API token is not valid or has been revoked.');
      const now = this.clock.now();
      if (found.expiresAt && found.expiresAt <= now)
        throw new AuthenticationError(
          'TOKEN_EXPIRED',
          `The API token expired on ${found.expiresAt.toISOString()}. Create another.`,
        );
      await this.database.enterTenant(tx, found.tenantId);
      await this.repository.touchToken(tx, found.id, now, new Date(now.getTime() - TOUCH_MS));
      const bindings = await this.repository.bindings(tx, found.userId);
      return {
        actor: { kind: 'API_TOKEN', id: found.id, userId: found.userId, name: found.name },
        tenantId: found.tenantId,
        // Never more than its owner has now, whatever it was created with.
        rights: Rights.of(bindings, new Set(found.permissions)),
        expiresAt: found.expiresAt,
      };
    });
  }
}
