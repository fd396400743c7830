import { describe, expect, it } from '@jest/globals';
import { labelValue, withoutCreator } from './caller-labels.js';

describe('the value of a label', () => {
  it('is a text as far as it may be one', () => {
    expect(labelValue('ann')).toBe('ann');
    expect(labelValue('system:serviceaccount:argo:jenkins')).toBe('system-serviceaccount-argo-jenkins');
    expect(labelValue('token of ann')).toBe('token-of-ann');
    expect(labelValue('ann.b_c@example.com')).toBe('ann.b_c-example.com');
    expect(labelValue('…Zoë…')).toBe('Zo');
    expect(labelValue('???')).toBe('');
  });

  it('keeps the end of what is too long, and begins and ends with a letter or digit', () => {
    expect(labelValue(`${'x'.repeat(63)}y`)).toBe(`${'x'.repeat(62)}y`);
    expect(labelValue(`${'-'.repeat(63)}y`)).toBe('y');
    expect(labelValue('.a.')).toBe('a');
  });
});

it('who made a workflow is not for its manifest to say', () => {
  const prefix = 'workflows.argoproj.io/';
  const labels = { app: 'web', [`${prefix}creator`]: 'x', [`${prefix}creator-email`]: 'y', [`${prefix}creators`]: 'z' };
  expect(withoutCreator(labels)).toEqual({ app: 'web', [`${prefix}creators`]: 'z' });
});
