/*
 * bcrypt, the hash of passwords, on the cipher Blowfish. Its tables are the digits of pi, which are shorter to calculate than to
 * write down. https://www.usenix.org/legacy/events/usenix99/provos/provos.pdf
 */
const SUBKEYS = 18;
const BOX = 256;
const LETTERS = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HASH_BYTES = 23;

interface Cipher {
  readonly subkeys: Int32Array;
  readonly boxes: Int32Array;
}

let digits: Int32Array | undefined;
/** The first bits of pi behind the point, in words, by Machin's formula. */
function piWords(): Int32Array {
  const count = SUBKEYS + 4 * BOX;
  const guard = 64n;
  const unit = 1n << (BigInt(count) * 32n + guard);
  const arctanOfInverse = (x: bigint): bigint => {
    let [sum, sign] = [0n, 1n];
    for (let power = unit / x, n = 1n; power > 0n; power /= x * x, n += 2n, sign = -sign) sum += (sign * power) / n;
    return sum;
  };
  const fraction = (16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n)) % unit;
  const hex = (fraction >> guard).toString(16).padStart(count * 8, '0');
  return Int32Array.from({ length: count }, (_, i) => parseInt(hex.slice(i * 8, i * 8 + 8), 16) | 0);
}

/** Encrypts two words in place. */
function encipher({ subkeys, boxes }: Cipher, pair: Int32Array): void {
  let [left, right] = [(pair[0] as number) ^ (subkeys[0] as number), pair[1] as number];
  for (let round = 1; round <= 16; round++) {
    let mixed = ((boxes[left >>> 24] as number) + (boxes[BOX + ((left >>> 16) & 255)] as number)) | 0;
    mixed ^= boxes[2 * BOX + ((left >>> 8) & 255)] as number;
    mixed = (mixed + (boxes[3 * BOX + (left & 255)] as number)) | 0;
    const next = right ^ mixed ^ (subkeys[round] as number);
    right = left;
    left = next;
  }
  pair[0] = right ^ (subkeys[SUBKEYS - 1] as number);
  pair[1] = left;
}

/** The bytes over and over again, as words. */
function wordsOf(bytes: Uint8Array, count: number): Int32Array {
  let at = 0;
  const next = (): number => bytes[at++ % bytes.length] as number;
  return Int32Array.from({ length: count }, () => (next() << 24) | (next() << 16) | (next() << 8) | next());
}

/** Mixes key and salt into the tables; the salt is four words. */
function expand(cipher: Cipher, key: Int32Array, salt: Int32Array): void {
  const { subkeys, boxes } = cipher;
  for (let i = 0; i < SUBKEYS; i++) subkeys[i] = (subkeys[i] as number) ^ (key[i] as number);
  const pair = new Int32Array(2);
  let turn = 0;
  for (const table of [subkeys, boxes])
    for (let i = 0; i < table.length; i += 2, turn ^= 2) {
      pair[0] = (pair[0] as number) ^ (salt[turn] as number);
      pair[1] = (pair[1] as number) ^ (salt[turn + 1] as number);
      encipher(cipher, pair);
      table.set(pair, i);
    }
}

function hash(password: Uint8Array, salt: Uint8Array, cost: number): Uint8Array {
  digits ??= piWords();
  const cipher: Cipher = { subkeys: digits.slice(0, SUBKEYS), boxes: digits.slice(SUBKEYS) };
  const none = new Int32Array(4);
  const key = wordsOf(Uint8Array.of(...password, 0), SUBKEYS);
  const saltKey = wordsOf(salt, SUBKEYS);
  expand(cipher, key, wordsOf(salt, 4));
  for (let rounds = 2 ** cost; rounds > 0; rounds--) {
    expand(cipher, key, none);
    expand(cipher, saltKey, none);
  }
  const text = wordsOf(new TextEncoder().encode('OrpheanBeholderScryDoubt'), 6);
  for (let i = 0; i < text.length; i += 2) for (let n = 0; n < 64; n++) encipher(cipher, text.subarray(i, i + 2));
  return Uint8Array.from({ length: HASH_BYTES }, (_, i) => (text[i >> 2] as number) >>> (24 - (i % 4) * 8));
}

/** Base64 with letters of its own, and no padding. */
function encode(bytes: Uint8Array): string {
  let [text, held, bits] = ['', 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 6; bits -= 6) text += LETTERS[(held >> (bits - 6)) & 63];
    held &= 63;
  }
  return bits > 0 ? text + LETTERS[(held << (6 - bits)) & 63] : text;
}

/** `salt` has 16 bytes; of a password count 72. */
export const bcrypt = (password: Uint8Array, salt: Uint8Array, cost: number): string =>
  `$2a$${String(cost).padStart(2, '0')}$${encode(salt)}${encode(hash(password, salt, cost))}`;
