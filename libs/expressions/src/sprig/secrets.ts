import { utf8ToBytes } from '@noble/hashes/utils.js';
import { ExpressionError } from '../expression-error.js';
import { show } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import { decryptCbc, encryptCbc } from './crypto/aes.js';
import { bcrypt } from './crypto/bcrypt.js';
import { derivedPassword } from './crypto/derived-password.js';
import type { Random } from './random.js';
import type { SprigFunction, SprigSettings } from './sprig-function.js';

const BLOCK_BYTES = 16;
const KEY_BYTES = 32;
const BCRYPT_COST = 10;
const MOST_PASSWORD_BYTES = 72;

const text = (value: Value | undefined): string => (value === undefined ? '' : show(value));
/** Salts and initial vectors are no secret: they stand in what is made with them. */
const drawn = (random: Random): Uint8Array => Uint8Array.from({ length: BLOCK_BYTES }, () => random.byte());

/** The password's bytes, as many as fit. */
function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(KEY_BYTES);
  key.set(utf8ToBytes(password).subarray(0, KEY_BYTES));
  return key;
}

function fromBase64(value: string, what: string): Uint8Array {
  try {
    return Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
  } catch {
    throw new ExpressionError(`${what} is not valid base64`);
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function decrypted(password: string, value: string): string {
  const bytes = fromBase64(value, 'the encrypted text');
  const plain = decryptCbc(aesKey(password), bytes.subarray(0, BLOCK_BYTES), bytes.subarray(BLOCK_BYTES));
  if (!plain) throw new ExpressionError('cannot be decrypted with this password');
  return new TextDecoder().decode(plain);
}

function hashed(password: string, { random, slowCalls }: SprigSettings, name: string): string {
  const bytes = utf8ToBytes(password);
  if (bytes.length > MOST_PASSWORD_BYTES)
    throw new ExpressionError(`bcrypt takes a password of at most ${MOST_PASSWORD_BYTES} bytes`);
  slowCalls?.take(name);
  return bcrypt(bytes, drawn(random), BCRYPT_COST);
}

function derived([counter, kind, password, user, site]: readonly Value[], { slowCalls }: SprigSettings): string {
  const count = Number(text(counter));
  if (!Number.isInteger(count) || count < 0 || count > 0xffffffff)
    throw new ExpressionError(`expected a counter from 0, got ${text(counter)}`);
  slowCalls?.take('sprig.derivePassword');
  const found = derivedPassword(count, text(kind), text(password), text(user), text(site));
  if (found === undefined) throw new ExpressionError(`cannot find password template ${text(kind)}`);
  return found;
}

/** The two of a certificate that was made elsewhere. It is not looked into. */
function certificate(cert: string, key: string): Value {
  const pem = (value: string, label: string, what: string): string => {
    const decoded = new TextDecoder().decode(fromBase64(value, what));
    if (new RegExp(`-----BEGIN ([A-Z]+ )*${label}-----[\\sA-Za-z\\d+/=]+-----END `).test(decoded)) return decoded;
    throw new ExpressionError(`${what} is not in PEM`);
  };
  return new Map([
    ['Cert', pem(cert, 'CERTIFICATE', 'the certificate')],
    ['Key', pem(key, 'PRIVATE KEY', 'the private key')],
  ]);
}

export const secretFunctions: Readonly<Record<string, SprigFunction>> = {
  encryptAES: ([password, value], { random }) => {
    if (text(value) === '') return '';
    const start = drawn(random);
    const bytes = encryptCbc(aesKey(text(password)), start, utf8ToBytes(text(value)));
    return toBase64(Uint8Array.of(...start, ...bytes));
  },
  decryptAES: ([password, value]) => (text(value) === '' ? '' : decrypted(text(password), text(value))),
  bcrypt: ([password], settings) => hashed(text(password), settings, 'sprig.bcrypt'),
  htpasswd: ([user, password], settings) => {
    if (text(user).includes(':')) throw new ExpressionError(`invalid username: ${text(user)}`);
    return `${text(user)}:${hashed(text(password), settings, 'sprig.htpasswd')}`;
  },
  derivePassword: derived,
  buildCustomCert: ([cert, key]) => certificate(text(cert), text(key)),
};

/** What is slow on purpose takes its share of the steps of an expression: so many can be in one. */
const slow = (): number => 300_000;
const byLength = ([, value]: readonly Value[]): number => Math.ceil(text(value).length / 3);
export const secretSteps: Readonly<Record<string, (args: readonly Value[]) => number>> = {
  encryptAES: byLength,
  decryptAES: byLength,
  bcrypt: slow,
  htpasswd: slow,
  derivePassword: slow,
};
