import type { RequestContext } from '../request-context.js';

/** Who the credentials of a request belong to: what the strategies know of a context. */
export type Identity = Omit<RequestContext, 'correlationId' | 'renew'>;
