import { ExpressionError } from '../../expression-error.js';
import { equals, isList, isObject, show } from '../value.js';
import type { Value } from '../value.js';
import { anyArg, isPredicate, listArg, mapArg, numberArg, predicateArg } from './builtin.js';
import type { Argument, Builtin, BuiltinContext, Predicate } from './builtin.js';

/** Members for which the predicate holds, each step counted. */
function holding(
  [list, predicate]: readonly Argument[],
  { budget }: BuiltinContext,
): { items: readonly Value[]; holds: (item: Value, index: number) => boolean } {
  const items = listArg(list);
  const test = isPredicate(predicate)
    ? predicate
    : (item: Value): Value => (predicate === undefined ? item : equals(item, predicate));
  return {
    items,
    holds: (item, index) => {
      budget.step();
      const value = test(item, index);
      if (typeof value !== 'boolean') throw new ExpressionError('predicate should return boolean');
      return value;
    },
  };
}

export function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [show(a), show(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function sorted(
  items: readonly Value[],
  by: Predicate,
  order: Argument | undefined,
  { budget }: BuiltinContext,
): Value {
  budget.step(items.length * Math.ceil(Math.log2(items.length + 1)));
  const keyed = items.map((item, index) => ({ item, key: by(item, index) }));
  const sign = order === 'desc' ? -1 : 1;
  return keyed.sort((a, b) => sign * compare(a.key, b.key)).map(({ item }) => item);
}

function flattened(items: readonly Value[]): Value[] {
  return items.flatMap((item) => (isList(item) ? flattened(item) : [item]));
}

const identity: Predicate = (item) => item;

export const collectionBuiltins: Readonly<Record<string, Builtin>> = {
  all: (args, context) => (({ items, holds }) => items.every(holds))(holding(args, context)),
  any: (args, context) => (({ items, holds }) => items.some(holds))(holding(args, context)),
  none: (args, context) => (({ items, holds }) => !items.some(holds))(holding(args, context)),
  one: (args, context) => (({ items, holds }) => items.filter(holds).length === 1)(holding(args, context)),
  count: (args, context) => (({ items, holds }) => items.filter(holds).length)(holding(args, context)),
  filter: (args, context) => (({ items, holds }) => items.filter(holds))(holding(args, context)),
  find: (args, context) => (({ items, holds }) => items.find(holds) ?? null)(holding(args, context)),
  findIndex: (args, context) => (({ items, holds }) => items.findIndex(holds))(holding(args, context)),
  findLast: (args, context) => (({ items, holds }) => items.findLast(holds) ?? null)(holding(args, context)),
  findLastIndex: (args, context) => (({ items, holds }) => items.findLastIndex(holds))(holding(args, context)),
  map: ([list, by], { budget }) => {
    const apply = predicateArg(by);
    return listArg(list).map((item, index) => {
      budget.step();
      return apply(item, index);
    });
  },
  reduce: ([list, by, initial], { budget }) => {
    const apply = predicateArg(by);
    const items = listArg(list);
    let acc = initial === undefined ? (items[0] ?? null) : isPredicate(initial) ? initial(null, 0) : initial;
    items.forEach((item, index) => {
      budget.step();
      if (index > 0 || initial !== undefined) acc = apply(item, index, acc);
    });
    return acc;
  },
  sum: ([list, by = identity]) =>
    listArg(list).reduce<number>((sum, item, index) => sum + numberArg(predicateArg(by)(item, index)), 0),
  groupBy: ([list, by], { budget }) => {
    const apply = predicateArg(by);
    const groups = new Map<string, Value[]>();
    listArg(list).forEach((item, index) => {
      budget.step();
      const key = show(apply(item, index));
      groups.set(key, [...(groups.get(key) ?? []), item]);
    });
    return groups;
  },
  sortBy: ([list, by, order], context) =>
    sorted(listArg(list), predicateArg(by), isPredicate(order) ? order(null, 0) : order, context),
  sort: ([list, order], context) => sorted(listArg(list), identity, order, context),
  len: ([value]) => {
    const whole = anyArg(value);
    if (typeof whole === 'string') return [...whole].length;
    if (isList(whole)) return whole.length;
    return mapArg(whole).size;
  },
  first: ([list]) => listArg(list)[0] ?? null,
  last: ([list]) => listArg(list).at(-1) ?? null,
  take: ([list, count]) => listArg(list).slice(0, numberArg(count)),
  reverse: ([list]) => listArg(list).toReversed(),
  flatten: ([list]) => flattened(listArg(list)),
  concat: (lists) => lists.flatMap((list) => [...listArg(list)]),
  uniq: ([list], { budget }) => {
    const items = listArg(list);
    return items.filter((item, index) => {
      budget.step(index + 1);
      return items.findIndex((other) => equals(other, item)) === index;
    });
  },
  keys: ([map]) => [...mapArg(map).keys()].sort(),
  values: ([map]) => [...mapArg(map)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value),
  toPairs: ([map]) => [...mapArg(map)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, value]),
  fromPairs: ([list]) =>
    new Map(
      listArg(list).map((pair): [string, Value] => {
        const [name = null, value = null] = listArg(pair);
        return [show(name), value];
      }),
    ),
  get: ([whole, key]) => {
    const [container, at] = [anyArg(whole), anyArg(key)];
    if (isObject(container)) return container.get(show(at)) ?? null;
    return isList(container) && typeof at === 'number' ? (container.at(at) ?? null) : null;
  },
};
