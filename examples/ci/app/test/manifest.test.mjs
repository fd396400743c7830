import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readManifest, totalTonnes } from '../src/manifest.mjs';

test('reads names and tonnes, leaving out comments and blank lines', () => {
  assert.deepEqual(readManifest('# harbour\ngrain, 40\n\ntimber,12.5 # wet\n'), [
    { name: 'grain', tonnes: 40 },
    { name: 'timber', tonnes: 12.5 },
  ]);
});

test('tells the line of what it cannot read', () => {
  assert.throws(() => readManifest('grain,40\ntimber'), /line 2/);
  assert.throws(() => readManifest('grain,-1'), /line 1/);
});

test('sums tonnes', () => {
  assert.equal(totalTonnes(readManifest('a,1\nb,2.5')), 3.5);
  assert.equal(totalTonnes([]), 0);
});
