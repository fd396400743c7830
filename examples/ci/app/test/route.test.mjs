import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortestRoute } from '../src/route.mjs';

const legs = [
  ['Iolcus', 'Lemnos', 90],
  ['Lemnos', 'Cyzicus', 150],
  ['Iolcus', 'Cyzicus', 300],
  ['Cyzicus', 'Colchis', 700],
];

test('takes the detour that is shorter', () => {
  assert.deepEqual(shortestRoute(legs, 'Iolcus', 'Cyzicus'), { miles: 240, ports: ['Iolcus', 'Lemnos', 'Cyzicus'] });
});

test('sails both ways', () => {
  assert.equal(shortestRoute(legs, 'Colchis', 'Iolcus').miles, 940);
});

test('stays where it is for nothing', () => {
  assert.deepEqual(shortestRoute(legs, 'Lemnos', 'Lemnos'), { miles: 0, ports: ['Lemnos'] });
});

test('says so when there is no way', () => {
  assert.equal(shortestRoute(legs, 'Iolcus', 'Thule'), null);
});
