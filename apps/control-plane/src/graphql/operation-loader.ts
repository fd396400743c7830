import DataLoader from 'dataloader';
import type { RequestContext } from '../modules/access/request-context.js';
import type { GraphQLContext } from './graphql-context.js';

/** Collects what the fields of one operation ask for, and reads it at once. */
export class OperationLoader<Value> {
  private readonly loaders = new WeakMap<GraphQLContext, DataLoader<string, Value>>();

  constructor(
    private readonly what: string,
    private readonly read: (context: RequestContext, ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  ) {}

  load(context: GraphQLContext, id: string): Promise<Value> {
    let loader = this.loaders.get(context);
    if (!loader) {
      const { request } = context;
      if (!request) throw new Error('A resolver ran for a caller that was not authenticated.');
      // Not cached: a subscription lives long, and things change meanwhile.
      loader = new DataLoader(
        async (ids) => {
          const found = await this.read(request, ids);
          return ids.map((wanted) => found.get(wanted) ?? new Error(`There is no ${this.what} ${wanted}.`));
        },
        { cache: false },
      );
      this.loaders.set(context, loader);
    }
    return loader.load(id);
  }
}
