import type { Clock } from '@argosy/platform';
import { GraphQLError } from 'graphql';
import type { Permission } from './permissions.js';
import type { RequestContext } from './request-context.js';

const RECHECK_MS = 15_000;

/** The caller of a subscription, which may outlive the caller's credentials and rights. */
export class LiveCaller {
  private checkedAt: number;

  constructor(
    private context: RequestContext,
    private readonly permission: Permission,
    private readonly clock: Clock,
  ) {
    this.checkedAt = clock.now().getTime();
  }

  /** With today's rights, at most a few seconds old. Throws once the credentials have expired or the permission is gone. */
  async current(): Promise<RequestContext> {
    const now = this.clock.now();
    const hasExpired = this.context.expiresAt !== null && this.context.expiresAt <= now;
    if (!hasExpired && now.getTime() - this.checkedAt < RECHECK_MS) return this.context;
    this.context = await this.context.renew();
    this.checkedAt = now.getTime();
    if (this.context.rights.anywhere(this.permission)) return this.context;
    throw new GraphQLError(`You may not see this any more: the permission ${this.permission} is missing.`, {
      extensions: { code: 'FORBIDDEN', permission: this.permission },
    });
  }
}
