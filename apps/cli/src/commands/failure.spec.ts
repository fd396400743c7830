import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@argosy/workflow-spec';
import { endOf, failedContainers } from './failure.js';

describe('the end of a run', () => {
  it('has its reason where there is one', () => {
    expect(endOf('wf', 'FAILED', 'child failed')).toBe('wf failed: child failed');
    expect(endOf('wf', 'Failed', undefined)).toBe('wf failed');
  });
});

describe('whose log tells why a pod failed', () => {
  const ended = (name: string, exitCode: number): object => ({ name, state: { terminated: { exitCode } } });
  const of = (initContainerStatuses: object[], containerStatuses: object[]): string[] =>
    failedContainers({ status: { initContainerStatuses, containerStatuses } } as Pod);

  it('are the containers that failed by themselves: main, members of a set, or what comes before', () => {
    expect(of([ended('db', 143)], [ended('main', 3)])).toEqual(['main']);
    expect(of([], [ended('a', 0), ended('b', 2), ended('main', 143)])).toEqual(['b']);
    expect(of([ended('fetch', 1)], [{ name: 'main', state: { waiting: {} } }])).toEqual(['fetch']);
  });

  it('else are those that were cut off', () => {
    expect(of([ended('db', 143)], [ended('main', 137)])).toEqual(['main']);
    expect(failedContainers({})).toEqual([]);
  });
});
