import { ExpressionError } from '../expression-error.js';
import type { SprigFunction } from './sprig-function.js';

/**
 * What is random here follows from the time and the place in the run, so that a pass can be made again. That does for names
 * and salts; a private key could be worked out by everybody who can see the run.
 */
const KEYS = [
  'genCA',
  'genCAWithKey',
  'genPrivateKey',
  'genSelfSignedCert',
  'genSelfSignedCertWithKey',
  'genSignedCert',
  'genSignedCertWithKey',
];
const NETWORK = ['getHostByName'];

const refusing =
  (reason: string) =>
  (name: string): [string, SprigFunction] => [
    name,
    () => {
      throw new ExpressionError(`sprig.${name} is not supported: ${reason}`);
    },
  ];

/** They are there to say so: a name that is not there at all looks like a slip of the pen. */
export const unsupportedFunctions: Readonly<Record<string, SprigFunction>> = Object.fromEntries([
  ...KEYS.map(refusing('a key made here would be no secret; make it in a step')),
  ...NETWORK.map(refusing('expressions ask no network')),
]);
