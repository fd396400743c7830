import { ExpressionError } from '../expression-error.js';
import { isObject, show, typeOf } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';

const URL_PARTS =
  /^(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?<authority>[^/?#]*))?(?<path>[^?#]*)(?:\?(?<query>[^#]*))?(?:#(?<fragment>.*))?$/s;
const AUTHORITY = /^(?:(?<userinfo>.*)@)?(?<host>(?<hostname>\[[^\]]*\]|[^:@]*)(?::\d*)?)$/;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ExpressionError(`invalid URL escape in "${text}"`);
  }
}

/** Go keeps fewer signs in a path than encodeURI. */
const encodedPath = (path: string): string =>
  encodeURI(path).replace(/[?#!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** A first part of a path with a colon would be a scheme. */
const isAmbiguous = (path: string, scheme: string): boolean => scheme === '' && /^[^/]*:/.test(path);

export const urlFunctions: Readonly<Record<string, SprigFunction>> = {
  urlParse: ([value = '']) => {
    const text = show(value);
    const parts = URL_PARTS.exec(text)?.groups;
    const authority = AUTHORITY.exec(parts?.authority ?? '')?.groups;
    const { scheme = '', path = '' } = parts ?? {};
    if (parts === undefined || authority === undefined || /\s/.test(authority.host ?? '') || isAmbiguous(path, scheme))
      throw new ExpressionError(`unable to parse URL "${text}"`);
    // What follows a scheme and does not begin with a slash is no path: mailto:a@example.com
    const isOpaque = scheme !== '' && parts.authority === undefined && path !== '' && !path.startsWith('/');
    return new Map<string, Value>([
      ['scheme', scheme.toLowerCase()],
      ['host', authority.host ?? ''],
      ['hostname', (authority.hostname ?? '').replace(/^\[|\]$/g, '')],
      ['path', isOpaque ? '' : decoded(path)],
      ['query', parts.query ?? ''],
      ['opaque', isOpaque ? path : ''],
      ['fragment', decoded(parts.fragment ?? '')],
      ['userinfo', authority.userinfo ?? ''],
    ]);
  },
  urlJoin: ([value = null]) => {
    if (!isObject(value)) throw new ExpressionError(`expected a dict, got ${typeOf(value)}`);
    const part = (name: string): string => show(value.get(name) ?? '');
    const [scheme, host, userinfo] = [part('scheme'), part('host'), part('userinfo')];
    const [path, query, fragment] = [part('path'), part('query'), part('fragment')];
    const rooted = host !== '' && path !== '' && !path.startsWith('/') ? `/${path}` : path;
    const place = host !== '' || userinfo !== '' ? `//${userinfo && `${userinfo}@`}${host}` : '';
    return [
      scheme && `${scheme}:`,
      part('opaque') || `${place}${encodedPath(rooted)}`,
      query && `?${query}`,
      fragment && `#${encodedPath(fragment)}`,
    ].join('');
  },
};
