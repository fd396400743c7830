import { ExpressionError } from '../expression-error.js';
import type { SprigFunction } from './sprig-function.js';

/** Functions of sprig that cost too much for a controller, make secrets that a seed could tell, or need a network. */
const NAMES = [
  'bcrypt',
  'buildCustomCert',
  'decryptAES',
  'derivePassword',
  'encryptAES',
  'genCA',
  'genCAWithKey',
  'genPrivateKey',
  'genSelfSignedCert',
  'genSelfSignedCertWithKey',
  'genSignedCert',
  'genSignedCertWithKey',
  'getHostByName',
  'htpasswd',
];

/** They are there to say so: a name that is not there at all looks like a slip of the pen. */
export const unsupportedFunctions: Readonly<Record<string, SprigFunction>> = Object.fromEntries(
  NAMES.map((name): [string, SprigFunction] => [
    name,
    () => {
      throw new ExpressionError(`sprig.${name} is not supported`);
    },
  ]),
);
