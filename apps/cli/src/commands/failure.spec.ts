import { describe, expect, it } from '@jest/globals';
import { endOf } from './failure.js';

describe('the end of a run', () => {
  it('has its reason where there is one', () => {
    expect(endOf('wf', 'FAILED', 'child failed')).toBe('wf failed: child failed');
    expect(endOf('wf', 'Failed', undefined)).toBe('wf failed');
  });
});
