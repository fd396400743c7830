import type { RequestContext } from '../modules/access/request-context.js';

/** What every resolver of one operation shares. */
export interface GraphQLContext {
  /** Undefined when no credentials were given. */
  readonly request: RequestContext | undefined;
  readonly correlationId: string;
}
