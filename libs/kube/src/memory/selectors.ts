import { KubeError } from '../port/errors.js';
import type { KubeObject } from '../port/resource.js';
import type { Json } from './sealed-json.js';
import { at } from './sealed-json.js';

export type Predicate = (object: KubeObject) => boolean;
type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

const NAME = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?`;
const SET = new RegExp(`^(${NAME})\\s+(in|notin)\\s*\\(([^)]*)\\)$`);
const EQUALITY = new RegExp(`^(${NAME})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${NAME})$`);

const unparsable = (selector: string, part: string): KubeError =>
  new KubeError('BadRequest', `unable to parse requirement: "${part}" in selector "${selector}"`, 400);

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`; undefined when there is nothing to test. */
export function labelPredicate(selector: string | undefined): Predicate | undefined {
  const tests = splitSelector(selector).map((part) => labelTest(selector ?? '', part));
  if (tests.length === 0) return undefined;
  return (object) => {
    const labels = object.metadata?.labels ?? {};
    return tests.every((test) => test(labels));
  };
}

function labelTest(selector: string, part: string): LabelTest {
  const set = SET.exec(part);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return operator === 'in'
      ? (labels) => labels[key] !== undefined && values.has(labels[key])
      : (labels) => labels[key] === undefined || !values.has(labels[key]);
  }
  const equality = EQUALITY.exec(part);
  if (equality) {
    const [, key = '', operator, value] = equality;
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const exists = EXISTS.exec(part);
  if (!exists) throw unparsable(selector, part);
  const [, absent, key = ''] = exists;
  return absent === '!' ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined;
}

/** `metadata.name=x,status.phase!=Running`. An absent field counts as empty, as in Kubernetes. */
export function fieldPredicate(selector: string | undefined): Predicate | undefined {
  const tests = splitSelector(selector).map((part) => {
    const match = /^([\w.]+)\s*(==|=|!=)\s*(.*)$/.exec(part);
    if (!match) throw unparsable(selector ?? '', part);
    const [, path = '', operator, value = ''] = match;
    const keys = path.split('.');
    const wanted = operator !== '!=';
    return (object: KubeObject) => (textAt(object, keys) === value) === wanted;
  });
  if (tests.length === 0) return undefined;
  return (object) => tests.every((test) => test(object));
}

function textAt(object: KubeObject, keys: readonly string[]): string {
  const value = at(object as unknown as Json, keys);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Key and value of the first plain `key=value` requirement, for use of an index. */
export function firstEquality(selector: string | undefined, keys: ReadonlySet<string>): [string, string] | undefined {
  for (const part of splitSelector(selector)) {
    const [, key = '', operator, value = ''] = EQUALITY.exec(part) ?? [];
    if (operator !== undefined && operator !== '!=' && keys.has(key)) return [key, value];
  }
  return undefined;
}

/** Splits at commas that are not inside parentheses. */
function splitSelector(selector: string | undefined): string[] {
  return (selector ?? '')
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
