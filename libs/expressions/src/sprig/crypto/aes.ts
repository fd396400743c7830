/*
 * AES-256 in CBC mode with PKCS #7 padding (FIPS 197), which is all that encryptAES and decryptAES are made of. Tables of time
 * against attackers who measure it are not needed: who can call this sees key and text anyway.
 */
const BLOCK = 16;
const ROUNDS = 14;
const KEY_WORDS = 8;

const twice = (byte: number): number => ((byte << 1) ^ (byte & 0x80 ? 0x11b : 0)) & 0xff;

/** Product in the field of 2^8 elements. */
function times(a: number, b: number): number {
  let product = 0;
  for (let rest = b, power = a; rest > 0; rest >>= 1, power = twice(power)) if (rest & 1) product ^= power;
  return product;
}

const SUBSTITUTE = new Uint8Array(256);
const RESTORE = new Uint8Array(256);
/** 3 generates the field's numbers, and its inverse 0xf6 their inverses. */
for (let i = 0, power = 1, inverse = 1; i < 255; i++, power = times(power, 3), inverse = times(inverse, 0xf6)) {
  let value = inverse;
  for (const shift of [1, 2, 3, 4]) value ^= ((inverse << shift) | (inverse >> (8 - shift))) & 0xff;
  SUBSTITUTE[power] = value ^ 0x63;
}
SUBSTITUTE[0] = 0x63;
for (let i = 0; i < 256; i++) RESTORE[SUBSTITUTE[i] as number] = i;

const MIX = productsOf([2, 3, 1, 1]);
const UNMIX = productsOf([14, 11, 13, 9]);

/** For each factor, the products of all bytes with it. */
function productsOf(factors: readonly number[]): readonly Uint8Array[] {
  return factors.map((factor) => Uint8Array.from({ length: 256 }, (_, byte) => times(byte, factor)));
}

/** Keys of the rounds, one after the other. */
function expand(key: Uint8Array): Uint8Array {
  const keys = new Uint8Array(BLOCK * (ROUNDS + 1));
  keys.set(key);
  for (let word = KEY_WORDS, constant = 1; word < keys.length / 4; word++) {
    let last = [...keys.subarray(word * 4 - 4, word * 4)];
    if (word % KEY_WORDS === 0) {
      last = [...last.slice(1), last[0] as number].map((byte) => SUBSTITUTE[byte] as number);
      last[0] = (last[0] as number) ^ constant;
      constant = twice(constant);
    } else if (word % KEY_WORDS === 4) last = last.map((byte) => SUBSTITUTE[byte] as number);
    for (const [i, byte] of last.entries()) keys[word * 4 + i] = (keys[(word - KEY_WORDS) * 4 + i] as number) ^ byte;
  }
  return keys;
}

function addKey(state: Uint8Array, keys: Uint8Array, round: number): void {
  for (let i = 0; i < BLOCK; i++) state[i] = (state[i] as number) ^ (keys[round * BLOCK + i] as number);
}

/** Row r of the state, which is written column by column, moves r places; each byte is replaced on the way. */
function shiftRows(state: Uint8Array, table: Uint8Array, direction: 1 | -1): void {
  const before = state.slice();
  for (let i = 0; i < BLOCK; i++) {
    const from = (i + direction * 4 * (i % 4) + BLOCK) % BLOCK;
    state[i] = table[before[from] as number] as number;
  }
}

function mixColumns(state: Uint8Array, products: readonly Uint8Array[]): void {
  const before = state.slice();
  for (let i = 0; i < BLOCK; i++) {
    const column = i - (i % 4);
    let sum = 0;
    for (let k = 0; k < 4; k++)
      sum ^= (products[k] as Uint8Array)[before[column + (((i % 4) + k) % 4)] as number] as number;
    state[i] = sum;
  }
}

function encryptBlock(state: Uint8Array, keys: Uint8Array): void {
  addKey(state, keys, 0);
  for (let round = 1; round <= ROUNDS; round++) {
    shiftRows(state, SUBSTITUTE, 1);
    if (round < ROUNDS) mixColumns(state, MIX);
    addKey(state, keys, round);
  }
}

function decryptBlock(state: Uint8Array, keys: Uint8Array): void {
  for (let round = ROUNDS; round > 0; round--) {
    addKey(state, keys, round);
    if (round < ROUNDS) mixColumns(state, UNMIX);
    shiftRows(state, RESTORE, -1);
  }
  addKey(state, keys, 0);
}

/** `key` has 32 bytes, `start` 16. */
export function encryptCbc(key: Uint8Array, start: Uint8Array, text: Uint8Array): Uint8Array {
  const keys = expand(key);
  const padding = BLOCK - (text.length % BLOCK);
  const output = new Uint8Array(text.length + padding).fill(padding);
  output.set(text);
  let before = start;
  for (let at = 0; at < output.length; at += BLOCK) {
    const block = output.subarray(at, at + BLOCK);
    for (let i = 0; i < BLOCK; i++) block[i] = (block[i] as number) ^ (before[i] as number);
    encryptBlock(block, keys);
    before = block;
  }
  return output;
}

/** Undefined when the bytes are not whole blocks, or do not end as they must: the key is another. */
export function decryptCbc(key: Uint8Array, start: Uint8Array, bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 0 || bytes.length % BLOCK !== 0) return undefined;
  const keys = expand(key);
  const output = bytes.slice();
  for (let at = 0; at < output.length; at += BLOCK) {
    const block = output.subarray(at, at + BLOCK);
    decryptBlock(block, keys);
    const before = at === 0 ? start : bytes.subarray(at - BLOCK, at);
    for (let i = 0; i < BLOCK; i++) block[i] = (block[i] as number) ^ (before[i] as number);
  }
  const padding = output.at(-1) ?? 0;
  const isPadded = padding > 0 && padding <= BLOCK && output.subarray(-padding).every((byte) => byte === padding);
  return isPadded ? output.slice(0, -padding) : undefined;
}
