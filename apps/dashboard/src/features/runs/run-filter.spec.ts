import { describe, expect, it } from '@jest/globals';
import { filterFrom, withParameter } from './run-filter.js';

describe('the filter in the address bar', () => {
  it('reads what it understands and leaves out the rest', () => {
    const parameters = new URLSearchParams(
      'phase=failed&phase=nonsense&cluster=east&cluster=west&name=ci&labels=app%3Dweb&namespace=',
    );
    expect(filterFrom(parameters)).toEqual({
      phases: ['FAILED'],
      clusters: ['east', 'west'],
      nameContains: 'ci',
      labelSelector: 'app=web',
    });
  });

  it('is empty for an address without one', () => expect(filterFrom(new URLSearchParams())).toEqual({}));

  it('changes one parameter and keeps the others', () => {
    expect(withParameter(new URLSearchParams('name=ci&phase=failed'), 'phase', ['running', '']).toString()).toBe(
      'name=ci&phase=running',
    );
    expect(withParameter(new URLSearchParams('name=ci'), 'name', ['']).toString()).toBe('');
  });
});
