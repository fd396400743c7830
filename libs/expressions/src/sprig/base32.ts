import { ExpressionError } from '../expression-error.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, padded. */
export function encodeBase32(text: string): string {
  let [encoded, bits, held] = ['', 0, 0];
  for (const byte of new TextEncoder().encode(text)) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) encoded += LETTERS[(held >> (bits - 5)) & 31];
    held &= 31;
  }
  if (bits > 0) encoded += LETTERS[(held << (5 - bits)) & 31];
  return encoded.padEnd(Math.ceil(encoded.length / 8) * 8, '=');
}

export function decodeBase32(text: string): string {
  if (text.length % 8 !== 0 || !/^[A-Z2-7]*={0,6}$/.test(text)) throw new ExpressionError('not valid base32');
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const letter of text.replace(/=+$/, '')) {
    held = ((held & 255) << 5) | LETTERS.indexOf(letter);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
