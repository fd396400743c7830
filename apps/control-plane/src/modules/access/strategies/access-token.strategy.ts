import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Clock } from '@argosy/platform';
import type { Database } from '../../../persistence/database.js';
import { AuthenticationError } from '../access.errors.js';
import type { AccessRepository } from '../access.repository.js';
import { Rights } from '../rights.js';
import type { AccessClaims } from '../sessions.service.js';
import type { Identity } from './identity.js';

/** Who logged in with a password: the JWT of a session. */
export function accessTokenStrategy(
  secret: string,
  database: Database,
  repository: AccessRepository,
  clock: Clock,
): Strategy {
  const identify = async ({ sub, tenant, exp }: AccessClaims): Promise<Identity> => {
    const expiresAt = new Date(exp * 1000);
    if (expiresAt <= clock.now())
      throw new AuthenticationError('TOKEN_EXPIRED', 'The login has expired. Log in again.');
    return database.withTenant(tenant, async (tx) => {
      const user = await repository.user(tx, sub);
      if (!user)
        throw new AuthenticationError('UNAUTHENTICATED', 'The user of this access token does not exist any more.');
      return {
        actor: { kind: 'USER', id: user.id, userId: user.id, name: user.name },
        tenantId: tenant,
        rights: Rights.of(await repository.bindings(tx, user.id)),
        expiresAt,
      };
    });
  };
  const options = {
    secretOrKey: secret,
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    algorithms: ['HS256' as const],
    // Told apart from a bad signature, and by our clock.
    ignoreExpiration: true,
  };
  return new Strategy(options, (claims: AccessClaims, done) => {
    identify(claims).then(
      (identity) => done(null, identity),
      (error: unknown) => done(error),
    );
  });
}
