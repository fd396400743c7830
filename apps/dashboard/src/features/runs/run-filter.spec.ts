import { describe, expect, it } from '@jest/globals';
import { filterCount, filterFrom, withoutFilter, withParameter } from './run-filter.js';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const read = (query: string) => filterFrom(new URLSearchParams(query), NOW);

describe('the filter in the address bar', () => {
  it('reads what it understands and leaves out the rest', () => {
    expect(read('phase=failed&phase=nonsense&cluster=east&cluster=west&name=ci&labels=app%3Dweb&namespace=')).toEqual({
      phases: ['FAILED'],
      clusters: ['east', 'west'],
      nameContains: 'ci',
      labelSelector: 'app=web',
    });
  });

  it('is empty for an address without one', () => expect(read('')).toEqual({}));

  it.each([
    ['since=90m', { createdAfter: '2026-03-10T10:30:00.000Z' }],
    ['since=24h', { createdAfter: '2026-03-09T12:00:00.000Z' }],
    ['since=7d', { createdAfter: '2026-03-03T12:00:00.000Z' }],
    ['since=soon', {}],
    [
      'after=2026-03-01T00:00:00Z&before=2026-03-02T00:00:00Z',
      {
        createdAfter: '2026-03-01T00:00:00.000Z',
        createdBefore: '2026-03-02T00:00:00.000Z',
      },
    ],
    ['after=yesterday', {}],
  ])('understands the time of %s', (query, filter) => expect(read(query)).toEqual(filter));

  it('changes one parameter and keeps the others', () => {
    expect(withParameter(new URLSearchParams('name=ci&phase=failed'), 'phase', ['running', '']).toString()).toBe(
      'name=ci&phase=running',
    );
    expect(withParameter(new URLSearchParams('name=ci'), 'name', ['']).toString()).toBe('');
  });

  it('counts what is set, and takes it all away', () => {
    const parameters = new URLSearchParams('name=ci&phase=failed&phase=error&tab=x');
    expect(filterCount(parameters)).toBe(2);
    expect(withoutFilter(parameters).toString()).toBe('tab=x');
  });
});
