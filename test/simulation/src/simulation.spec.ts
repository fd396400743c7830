import { describe, expect, it } from '@jest/globals';
import { simulate } from './simulate.js';

const SEEDS = 2_000;

describe('a cluster where everything goes wrong that can', () => {
  it(
    `ends every run once, starts no pod twice, and leaves nothing behind (${SEEDS} seeds)`,
    async () => {
      const phases = new Set<string>();
      let restarts = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const result = await simulate(seed);
        phases.add(result.phase);
        restarts += result.restarts;
      }
      expect([...phases].sort()).toEqual(['Error', 'Failed', 'Succeeded']);
      expect(restarts).toBeGreaterThan(SEEDS);
    },
    10 * 60_000,
  );

  it('is the same again for the same seed, whatever ran in between', async () => {
    const seeds = [7, 77, 777, 5292];
    const first = [];
    for (const seed of seeds) first.push(await simulate(seed));
    for (const [index, seed] of seeds.entries()) expect(await simulate(seed)).toEqual(first[index]);
  });
});
