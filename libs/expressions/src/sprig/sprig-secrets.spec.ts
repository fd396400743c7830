import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { evaluateExpression } from '../expr/evaluate.js';
import { SlowCalls } from '../expr/slow-calls.js';
import { VariableScope } from '../scope/variable-scope.js';
import { bcrypt } from './crypto/bcrypt.js';

const value = (text: string, variables: Record<string, string> = {}, seed = 'a'): unknown =>
  evaluateExpression(text, VariableScope.of(variables), { seed });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('passwords of sites', () => {
  it.each([
    [1, 'long', 'ZedaFaxcZaso9*'],
    [2, 'long', 'Fovi2@JifpTupx'],
    [1, 'maximum', 'pf4zS1LjCg&LjhsZ7T2~'],
    [1, 'medium', 'ZedJuz8$'],
    [1, 'basic', 'pIS54PLs'],
    [1, 'short', 'Zed5'],
    [1, 'pin', '6685'],
  ])('%d, %s', (counter, kind, expected) => {
    expect(value(`sprig.derivePassword(${counter}, '${kind}', 'password', 'user', 'example.com')`)).toBe(expected);
  });

  it('of no kind that there is are an error', () => {
    const wrong = (call: string) => () => value(call);
    expect(wrong("sprig.derivePassword(1, 'toString', 'p', 'u', 's')")).toThrow(
      'cannot find password template toString',
    );
    expect(wrong("sprig.derivePassword(-1, 'pin', 'p', 'u', 's')")).toThrow('expected a counter from 0, got -1');
  });

  it('cannot be so many in one expression that everything else would wait', () => {
    const call = "sprig.derivePassword(1, 'pin', 'password', 'user', 's')";
    expect(() => value(`map(1..10, ${call})`)).toThrow('expression takes too long');
    const few = { limits: { steps: 100_000 } };
    for (const slow of ["sprig.mustBcrypt('x')", "sprig.htpasswd('x', 'y')"])
      expect(() => evaluateExpression(slow, VariableScope.of({}), few)).toThrow('expression takes too long');
  });
});

it('what is slow on purpose is called so often, and not more, by all that share the count', () => {
  const slowCalls = new SlowCalls(1);
  const call = (text: string): unknown => evaluateExpression(text, VariableScope.of({}), { seed: 'a', slowCalls });
  call("sprig.derivePassword(1, 'pin', 'password', 'user', 's')");
  const refused = 'is slow on purpose, and not called more than 1 times at once';
  for (const name of ['bcrypt', 'htpasswd', 'derivePassword'])
    expect(() => call(`sprig.${name}(1, 'pin', 'p', 'u', 's')`)).toThrow(`sprig.${name} ${refused}`);
});

describe('hashes of passwords', () => {
  it.each([
    ['U*U', 'CCCCCCCCCCCCCCCCCCCCC.', 'E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', 'CCCCCCCCCCCCCCCCCCCCC.', 'VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['U*U*U', 'XXXXXXXXXXXXXXXXXXXXXO', 'AcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
    ['', 'CCCCCCCCCCCCCCCCCCCCC.', '7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
  ])('%s', (password, salt, expected) => {
    const letters = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    const bits = [...salt].map((letter) => letters.indexOf(letter).toString(2).padStart(6, '0')).join('');
    const saltBytes = Uint8Array.from({ length: 16 }, (_, i) => parseInt(bits.slice(i * 8, i * 8 + 8), 2));
    expect(bcrypt(bytes(password), saltBytes, 5)).toBe(`$2a$05$${salt}${expected}`);
  });

  it('have a salt that differs from one to the next, and the cost that is usual', () => {
    const [one, other] = value("[sprig.bcrypt('secret'), sprig.bcrypt('secret')]") as string[];
    expect(one).toMatch(/^\$2a\$10\$[./A-Za-z\d]{53}$/);
    expect(other).not.toBe(one);
  });

  it('go with a name for a web server', () => {
    expect(value("sprig.htpasswd('me', 'secret')")).toMatch(/^me:\$2a\$10\$.{53}$/);
    expect(() => value("sprig.htpasswd('a:b', 'secret')")).toThrow('invalid username: a:b');
    expect(() => value(`sprig.bcrypt('${'x'.repeat(73)}')`)).toThrow('at most 72 bytes');
  });
});

describe('AES', () => {
  it('encrypts as everybody does', () => {
    for (const length of [1, 15, 16, 17, 1000]) {
      const text = 'é'.repeat(length).slice(0, length);
      const made = Buffer.from(String(value(`sprig.encryptAES('key', text)`, { text })), 'base64');
      const key = Buffer.concat([Buffer.from('key')], 32);
      const cipher = createCipheriv('aes-256-cbc', key, made.subarray(0, 16));
      expect(made.subarray(16)).toEqual(Buffer.concat([cipher.update(text), cipher.final()]));
    }
  });

  it('gives back what was encrypted, whoever did it', () => {
    expect(value("sprig.decryptAES('secretkey', sprig.encryptAES('secretkey', 'plaintext ü'))")).toBe('plaintext ü');
    const made = '30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=';
    expect(value(`sprig.decryptAES('secretkey', '${made}')`)).toBe('plaintext');
    expect(value("[sprig.encryptAES('k', ''), sprig.decryptAES('k', '')]")).toEqual(['', '']);
  });

  it('begins with a vector of its own each time', () => {
    expect(value("sprig.encryptAES('k', 'x') == sprig.encryptAES('k', 'x')")).toBe(false);
  });

  it('tells that a password is wrong, or the text', () => {
    expect(() => value("sprig.decryptAES('other', sprig.encryptAES('key', 'plaintext'))")).toThrow(
      'cannot be decrypted',
    );
    expect(() => value("sprig.decryptAES('key', '?')")).toThrow('the encrypted text is not valid base64');
    for (const short of ['AAAA', base64('x'.repeat(16)), base64('x'.repeat(33))])
      expect(() => value(`sprig.decryptAES('key', '${short}')`)).toThrow('cannot be decrypted');
  });
});

describe('a certificate that was made elsewhere', () => {
  const pem = (label: string): string => `-----BEGIN ${label}-----\nMIIB+w==\n-----END ${label}-----\n`;
  const made = { cert: base64(pem('CERTIFICATE')), key: base64(pem('EC PRIVATE KEY')) };

  it('is taken apart', () => {
    expect(value('sprig.buildCustomCert(cert, key)', made)).toEqual({
      Cert: pem('CERTIFICATE'),
      Key: pem('EC PRIVATE KEY'),
    });
    expect(value('sprig.buildCustomCert(cert, key).Key', made)).toBe(pem('EC PRIVATE KEY'));
  });

  it('is refused when it is none', () => {
    expect(() => value("sprig.buildCustomCert('?', key)", made)).toThrow('the certificate is not valid base64');
    expect(() => value('sprig.buildCustomCert(cert, cert)', made)).toThrow('the private key is not in PEM');
  });
});
