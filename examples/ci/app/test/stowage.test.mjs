import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stow } from '../src/stowage.mjs';

const cargo = [
  { name: 'grain', tonnes: 40 },
  { name: 'timber', tonnes: 35 },
  { name: 'wine', tonnes: 25 },
  { name: 'wool', tonnes: 10 },
];

test('never loads a hold beyond its capacity', () => {
  for (const capacity of [40, 50, 60, 110]) for (const { free } of stow(cargo, capacity)) assert.ok(free >= 0);
});

test('loads everything once', () => {
  const loaded = stow(cargo, 60).flatMap(({ items }) => items);
  assert.deepEqual(loaded.sort(), ['grain', 'timber', 'wine', 'wool']);
});

test('uses two holds where two suffice', () => {
  assert.equal(stow(cargo, 60).length, 2);
});

test('refuses what fits no hold', () => {
  assert.throws(() => stow(cargo, 39), /grain/);
});
