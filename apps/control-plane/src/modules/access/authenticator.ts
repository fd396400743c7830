import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@argosy/platform';
import { Passport } from 'passport';
import { Database } from '../../persistence/database.js';
import { AuthenticationError } from './access.errors.js';
import { AccessRepository } from './access.repository.js';
import type { RequestContext } from './request-context.js';
import { accessTokenStrategy } from './strategies/access-token.strategy.js';
import { API_TOKEN_PREFIX, ApiTokenStrategy } from './strategies/api-token.strategy.js';
import type { Identity } from './strategies/identity.js';

/** Signs access tokens. */
export const TOKEN_SECRET = Symbol('TOKEN_SECRET');

/** Finds out for whom a request speaks, by the strategy that fits its credentials. */
@Injectable()
export class Authenticator {
  // One of its own: the shared one of the module would mix up several applications in one process.
  private readonly passport = new Passport();

  constructor(database: Database, repository: AccessRepository, clock: Clock, @Inject(TOKEN_SECRET) secret: string) {
    this.passport.use('access-token', accessTokenStrategy(secret, database, repository, clock));
    this.passport.use('api-token', new ApiTokenStrategy(database, repository, clock));
  }

  /** Undefined without credentials. Throws AuthenticationError for such as do not hold. */
  async authenticate(authorization: string | undefined, correlationId: string): Promise<RequestContext | undefined> {
    const token = /^Bearer\s+(.*)$/i.exec(authorization ?? '')?.[1];
    if (!token) return undefined;
    const strategy = token.startsWith(`${API_TOKEN_PREFIX}_`) ? 'api-token' : 'access-token';
    const renew = async (): Promise<RequestContext> => ({
      ...(await this.ask(strategy, { headers: { authorization } })),
      correlationId,
      renew,
    });
    return renew();
  }

  private ask(strategy: string, request: { headers: { authorization: string | undefined } }): Promise<Identity> {
    return new Promise((resolve, reject) => {
      const answer = (error: unknown, identity: Identity | false | null | undefined): void => {
        if (error) reject(error instanceof Error ? error : new Error('authentication failed', { cause: error }));
        else if (identity) resolve(identity);
        else reject(new AuthenticationError('UNAUTHENTICATED', 'The access token is not valid.'));
      };
      const middleware = this.passport.authenticate(strategy, { session: false }, answer) as (
        request: unknown,
        response: unknown,
        next: (error: unknown) => void,
      ) => void;
      middleware(request, {}, reject);
    });
  }
}
