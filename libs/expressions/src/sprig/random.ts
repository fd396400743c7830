import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { ExpressionError } from '../expression-error.js';

const BLOCK = 32;

/** Bytes that look random and are the same for the same seed: hashes of the seed and a count. */
export class Random {
  private block = new Uint8Array(0);
  private blocks = 0;
  private at = 0;

  constructor(private readonly seed: string | undefined) {}

  byte(): number {
    if (this.seed === undefined) throw new ExpressionError('nothing is random here');
    if (this.at === this.block.length) {
      this.block = sha256(utf8ToBytes(`${this.seed}\n${this.blocks++}`));
      this.at = 0;
    }
    return this.block[this.at++ % BLOCK] ?? 0;
  }

  /** A whole number from 0 up to, without, the end; each as likely as the others to about one in 2^40. */
  below(end: number): number {
    let fraction = 0;
    for (let i = 0; i < 6; i++) fraction = (fraction + this.byte()) / 256;
    return Math.floor(fraction * end);
  }
}
