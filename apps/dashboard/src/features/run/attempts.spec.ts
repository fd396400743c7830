import { describe, expect, it } from '@jest/globals';
import { attemptsOf, supersededAttempts } from './attempts.js';

const step = (name: string, type = 'Pod', children: string[] = []) => ({ id: name, name, type, children });

describe('attempts', () => {
  const attempts = Array.from({ length: 11 }, (_, index) => step(`w.a(${index})`));
  const retry = step('w.a', 'Retry', [...attempts.map(({ id }) => id).reverse(), 'w.a.onExit', 'gone']);
  const steps = [step('w', 'DAG', ['w.a']), retry, ...attempts, step('w.a.onExit')];
  const byId = new Map(steps.map((one) => [one.id, one]));

  it('come in the order in which they were made, without hooks', () => {
    expect(attemptsOf(retry, byId)).toEqual(attempts);
    expect(attemptsOf(step('w.b', 'Pod', ['w.a(0)']), byId)).toEqual([]);
  });

  it('no longer count when another one followed', () =>
    expect([...supersededAttempts(steps)]).toEqual(attempts.slice(0, -1).map(({ id }) => id)));
});
