import type { Rights } from './rights.js';

/** Who asks, for which tenant, and under which number in the log. First parameter of every service method. */
export interface RequestContext {
  readonly actor: {
    readonly kind: 'USER' | 'API_TOKEN';
    /** Of the user or of the token. */
    readonly id: string;
    /** The user, or the owner of the token. */
    readonly userId: string;
    readonly name: string;
  };
  readonly tenantId: string;
  readonly rights: Rights;
  readonly correlationId: string;
  /** When the credentials run out; null for never. */
  readonly expiresAt: Date | null;
  /** The same credentials, checked again. Throws when they do not hold any more. */
  renew(): Promise<RequestContext>;
}
