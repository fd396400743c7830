import { describe, expect, it } from '@jest/globals';
import { ChangedPods } from './changed-pods.js';

describe('changed pods', () => {
  it('are gathered per run until they are taken', () => {
    const changes = new ChangedPods();
    changes.add('a', ['x']);
    changes.add('a', ['y', 'x']);
    changes.add('b', []);
    expect([changes.take('a'), changes.take('b'), changes.take('a')]).toEqual([['x', 'y'], [], []]);
  });

  it('are all of them once somebody says so', () => {
    const changes = new ChangedPods();
    changes.add('a', ['x']);
    changes.add('a', null);
    changes.add('a', ['y']);
    expect(changes.take('a')).toBeNull();
    changes.add('a', null);
    changes.forget('a');
    expect(changes.take('a')).toEqual([]);
  });
});
