import { hmac } from '@noble/hashes/hmac.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** The classes of characters that a template asks for, letter by letter. https://spectre.app/spectre-algorithm.pdf */
const VOWELS = 'aeiou';
const CONSONANTS = 'bcdfghjklmnpqrstvwxyz';
const LETTERS = `${VOWELS.toUpperCase()}${VOWELS}${CONSONANTS.toUpperCase()}${CONSONANTS}`;
const CLASSES: Readonly<Record<string, string>> = {
  V: VOWELS.toUpperCase(),
  C: CONSONANTS.toUpperCase(),
  v: VOWELS,
  c: CONSONANTS,
  a: LETTERS,
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${LETTERS}0123456789!@#$%^&*()`,
};
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  maximum: ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno'],
  long: [
    ...['CvcvnoCvcvCvcv', 'CvcvCvcvnoCvcv', 'CvcvCvcvCvcvno', 'CvccnoCvcvCvcv', 'CvccCvcvnoCvcv', 'CvccCvcvCvcvno'],
    ...['CvcvnoCvccCvcv', 'CvcvCvccnoCvcv', 'CvcvCvccCvcvno', 'CvcvnoCvcvCvcc', 'CvcvCvcvnoCvcc', 'CvcvCvcvCvccno'],
    ...['CvccnoCvccCvcv', 'CvccCvccnoCvcv', 'CvccCvccCvcvno', 'CvcvnoCvccCvcc', 'CvcvCvccnoCvcc', 'CvcvCvccCvccno'],
    ...['CvccnoCvcvCvcc', 'CvccCvcvnoCvcc', 'CvccCvcvCvccno'],
  ],
  medium: ['CvcnoCvc', 'CvcCvcno'],
  short: ['Cvcn'],
  basic: ['aaanaaan', 'aannaaan', 'aaannaaa'],
  pin: ['nnnn'],
};
const NAMESPACE = utf8ToBytes('com.lyndir.masterpassword');
const COST = { N: 32_768, r: 8, p: 2, dkLen: 64 };

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
const named = (text: string): Uint8Array => {
  const bytes = utf8ToBytes(text);
  return concatBytes(NAMESPACE, word(bytes.length), bytes);
};

/** Keys by password and user; it only saves time. Many sites have one master password, and its key is what is slow. */
const KEYS = new Map<string, Uint8Array>();
const MOST_KEYS = 16;

function keyOf(password: string, user: string): Uint8Array {
  const name = JSON.stringify([password, user]);
  const key = KEYS.get(name) ?? scrypt(utf8ToBytes(password), named(user), COST);
  KEYS.delete(name);
  KEYS.set(name, key);
  const [oldest] = KEYS.keys();
  if (KEYS.size > MOST_KEYS && oldest !== undefined) KEYS.delete(oldest);
  return key;
}

/** The password of a site that follows from a master password. Undefined when there is no such kind. */
export function derivedPassword(
  counter: number,
  kind: string,
  password: string,
  user: string,
  site: string,
): string | undefined {
  const templates = Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
  if (!templates) return undefined;
  const [first = 0, ...seed] = hmac(sha256, keyOf(password, user), concatBytes(named(site), word(counter)));
  const template = templates[first % templates.length] ?? '';
  return [...template]
    .map((kindOf, i) => {
      const letters = CLASSES[kindOf] ?? '';
      return letters[(seed[i] ?? 0) % letters.length];
    })
    .join('');
}
