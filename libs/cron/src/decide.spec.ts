import { describe, expect, it } from '@jest/globals';
import type { CronWorkflowSpec } from '@argosy/workflow-spec';
import { at, ScriptedCron } from './testing/scripted-cron.js';

const of = (spec: Partial<CronWorkflowSpec> = {}, startAt?: string): ScriptedCron => {
  const scripted = new ScriptedCron(spec, startAt);
  scripted.settle();
  return scripted;
};
const name = (time: string): string => `c-${at(`2026-01-01T${time}Z`) / 1000}`;

describe('a scheduled time', () => {
  it('starts a workflow named after it, with what it inherits', () => {
    const scripted = new ScriptedCron(
      {
        workflowSpec: { entrypoint: 'main', arguments: { parameters: [{ name: 'a', value: '1' }] } },
        workflowMetadata: { labels: { team: 'x' }, annotations: { note: 'y' }, finalizers: ['example.com/keep'] },
      },
      undefined,
      { labels: { 'workflows.argoproj.io/creator': 'ada', own: 'z' } },
    );
    scripted.until('2026-01-01T00:01:00Z');
    expect(scripted.children).toEqual([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Workflow',
        metadata: {
          name: 'c-1767225660',
          namespace: 'default',
          uid: 'uid-1',
          creationTimestamp: '2026-01-01T00:01:00Z',
          labels: {
            'workflows.argoproj.io/creator': 'ada',
            'workflows.argoproj.io/cron-workflow': 'c',
            team: 'x',
          },
          annotations: { 'workflows.argoproj.io/scheduled-time': '2026-01-01T00:01:00Z', note: 'y' },
          finalizers: ['example.com/keep'],
          ownerReferences: [
            {
              apiVersion: 'argoproj.io/v1alpha1',
              kind: 'CronWorkflow',
              name: 'c',
              uid: 'cron-uid',
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: { entrypoint: 'main', arguments: { parameters: [{ name: 'a', value: '1' }] } },
      },
    ]);
    expect(scripted.cron.status).toEqual({
      phase: 'Active',
      lastScheduledTime: '2026-01-01T00:01:00Z',
      active: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Workflow',
          name: 'c-1767225660',
          namespace: 'default',
          uid: 'uid-1',
        },
      ],
    });
  });

  it('is one of several schedules; where two meet, one workflow is started', () => {
    const scripted = of({ schedules: ['*/2 * * * *', '*/3 * * * *'] });
    scripted.until('2026-01-01T00:06:10Z');
    expect(scripted.names).toEqual(['00:02:00', '00:03:00', '00:04:00', '00:06:00'].map(name));
  });

  it('follows the clocks of a time zone', () => {
    const scripted = of({ schedules: ['30 2 * * *'], timezone: 'America/New_York' }, '2024-03-09T12:00:00Z');
    scripted.until('2024-03-12T12:00:00Z');
    expect(scripted.names).toEqual(
      ['2024-03-11T06:30:00Z', '2024-03-12T06:30:00Z'].map((time) => `c-${at(time) / 1000}`),
    );
  });

  it('of an interval is counted from the last start, whoever watches', () => {
    const scripted = of({ schedules: ['@every 90s'], startingDeadlineSeconds: 3600 });
    scripted.until('2026-01-01T00:02:30Z');
    scripted.restart();
    scripted.until('2026-01-01T00:05:00Z');
    expect(scripted.names).toEqual(['00:02:00', '00:03:30', '00:05:00'].map(name));
  });

  it('counts what became of its workflow and takes it from the active list', () => {
    const scripted = of({ concurrencyPolicy: 'Allow', failedJobsHistoryLimit: 5 });
    scripted.until('2026-01-01T00:03:10Z');
    expect(scripted.cron.status?.active).toHaveLength(3);
    scripted.end(name('00:01:00'));
    scripted.end(name('00:02:00'), 'Failed');
    scripted.end(name('00:03:00'), 'Error');
    scripted.settle();
    expect(scripted.cron.status).toMatchObject({ active: [], succeeded: 1, failed: 2 });
  });

  it('finds its workflow started already and does not start it again', () => {
    const scripted = of({ startingDeadlineSeconds: 600 });
    scripted.until('2026-01-01T00:01:10Z');
    const { lastScheduledTime: _last, active: _active, ...status } = scripted.cron.status ?? {};
    scripted.cron = { ...scripted.cron, status };
    scripted.awayUntil('2026-01-01T00:01:40Z');
    expect(scripted.created.get(name('00:01:00'))).toBe(1);
    expect(scripted.cron.status?.lastScheduledTime).toBe('2026-01-01T00:01:00Z');
  });

  it('is passed over while the CronWorkflow is suspended, and not made up for', () => {
    const scripted = of({ suspend: true });
    scripted.until('2026-01-01T00:02:10Z');
    scripted.change({ suspend: false });
    scripted.until('2026-01-01T00:03:10Z');
    expect(scripted.names).toEqual([name('00:03:00')]);
  });
});

describe('a missed time', () => {
  it('is not started without a deadline', () => {
    const scripted = of();
    scripted.until('2026-01-01T00:01:10Z');
    scripted.awayUntil('2026-01-01T00:09:05Z');
    expect(scripted.names).toEqual([name('00:01:00')]);
    scripted.until('2026-01-01T00:10:05Z');
    expect(scripted.names).toEqual(['00:01:00', '00:10:00'].map(name));
  });

  it('is started within the deadline, and only the last one', () => {
    const scripted = of({ startingDeadlineSeconds: 30 });
    scripted.until('2026-01-01T00:01:10Z');
    scripted.awayUntil('2026-01-01T00:09:29Z');
    expect(scripted.names).toEqual(['00:01:00', '00:09:00'].map(name));
    scripted.awayUntil('2026-01-01T00:19:30Z');
    expect(scripted.names).toEqual(['00:01:00', '00:09:00'].map(name));
  });

  it('may be the first one ever', () => {
    const scripted = of({ startingDeadlineSeconds: 30 });
    scripted.awayUntil('2026-01-01T00:01:20Z');
    expect(scripted.names).toEqual([name('00:01:00')]);
  });

  it('is no time of a schedule that was not there yet', () => {
    const scripted = of({ schedules: ['0 0 * * *'], startingDeadlineSeconds: 3600 });
    scripted.until('2026-01-02T00:00:10Z');
    scripted.nowMs = at('2026-01-02T12:20:00Z');
    scripted.change({ schedules: ['0 * * * *'] });
    scripted.settle();
    expect(scripted.cron.status?.lastScheduledTime).toBeUndefined();
    expect(scripted.cron.metadata.annotations?.['cronworkflows.argoproj.io/last-used-schedule']).toBe('0 * * * *');
    scripted.until('2026-01-02T13:00:10Z');
    expect(scripted.names).toEqual(
      ['2026-01-02T00:00:00Z', '2026-01-02T13:00:00Z'].map((time) => `c-${at(time) / 1000}`),
    );
    // What was started for the old schedule is still known.
    expect(scripted.cron.status?.active).toHaveLength(2);
  });

  it('is on time when only the pass is late, unless the deadline forbids it', () => {
    const late = (startingDeadlineSeconds?: number): number => {
      const scripted = of({
        schedules: ['0 * * * *'],
        ...(startingDeadlineSeconds !== undefined && { startingDeadlineSeconds }),
      });
      scripted.nowMs = at('2026-01-01T01:00:20Z');
      scripted.settle();
      return scripted.names.length;
    };
    expect([late(), late(30), late(15), late(0)]).toEqual([1, 1, 0, 0]);
    const punctual = of({ schedules: ['0 * * * *'], startingDeadlineSeconds: 0 });
    punctual.until('2026-01-01T01:00:00Z');
    expect(punctual.names).toHaveLength(1);
  });
});

describe('the concurrency policy', () => {
  it('Forbid passes over a time while a workflow is active', () => {
    const scripted = of({ concurrencyPolicy: 'Forbid' });
    scripted.until('2026-01-01T00:02:10Z');
    scripted.end(name('00:01:00'));
    scripted.until('2026-01-01T00:03:10Z');
    expect(scripted.names).toEqual(['00:01:00', '00:03:00'].map(name));
    expect(scripted.told).toContain(`${name('00:02:00')} is not started: another one is active`);
  });

  it('Forbid makes up for it within the deadline', () => {
    const scripted = of({ concurrencyPolicy: 'Forbid', startingDeadlineSeconds: 40 });
    scripted.until('2026-01-01T00:02:30Z');
    scripted.end(name('00:01:00'));
    scripted.settle();
    expect(scripted.names).toEqual(['00:01:00', '00:02:00'].map(name));
  });

  it('Replace ends what is active and starts anew', () => {
    const scripted = of({ concurrencyPolicy: 'Replace' });
    scripted.until('2026-01-01T00:02:10Z');
    expect(scripted.children.map(({ spec }) => spec.shutdown)).toEqual(['Terminate', undefined]);
    expect(scripted.names).toEqual(['00:01:00', '00:02:00'].map(name));
  });

  it('Replace ends first, whatever was lost', () => {
    const scripted = of({ concurrencyPolicy: 'Replace' });
    scripted.until('2026-01-01T00:01:10Z');
    scripted.nowMs = at('2026-01-01T00:02:00Z');
    expect(scripted.pass({ commandsDone: 0 }).commands.map(({ type }) => type)).toEqual([
      'TerminateWorkflow',
      'StartWorkflow',
    ]);
    scripted.awayUntil('2026-01-01T00:02:20Z');
    expect(scripted.children.map(({ spec }) => spec.shutdown)).toEqual(['Terminate', undefined]);
  });

  it('Forbid counts workflows that a person has made of it', () => {
    const scripted = of({ concurrencyPolicy: 'Forbid' });
    scripted.perform({
      type: 'StartWorkflow',
      name: 'by-hand',
      workflow: { apiVersion: '', kind: '', metadata: { name: 'by-hand' }, spec: {} },
    });
    scripted.until('2026-01-01T00:01:10Z');
    expect(scripted.cron.status?.active).toMatchObject([{ name: 'by-hand', uid: 'uid-1' }]);
    expect(scripted.names).toEqual(['by-hand']);
  });
});

describe('the condition', () => {
  it.each([
    ['{{= cronworkflow.lastScheduledTime == nil}}', 1],
    ['{{cronworkflow.failed}} > 0', 0],
    ['{{= cronworkflow.lastScheduledTime == nil || (now() - cronworkflow.lastScheduledTime).Seconds() > 90}}', 2],
    ["{{cronworkflow.name}} == c && {{cronworkflow.namespace}} == 'default'", 3],
    ["{{= cronworkflow.labels['a/b.c'] == 'd'}}", 3],
    ['{{cronworkflow.annotations.note}} == yes', 3],
    [`{{= fromJSON(cronworkflow['labels.json'])['a/b.c'] == 'd'}}`, 3],
    ['{{= {{cronworkflow.succeeded}} == 0 }}', 3],
  ])('%s is asked before every start', (when, starts) => {
    const scripted = new ScriptedCron({ when }, undefined, { labels: { 'a/b.c': 'd' }, annotations: { note: 'yes' } });
    scripted.until('2026-01-01T00:03:10Z');
    expect(scripted.names).toHaveLength(starts);
  });

  it('that cannot be told is an error, once for each time', () => {
    const scripted = of({ when: '{{cronworkflow.nothing}} == 1', startingDeadlineSeconds: 60 });
    scripted.until('2026-01-01T00:02:10Z');
    scripted.settle();
    expect(scripted.names).toEqual([]);
    expect(scripted.cron.status).toMatchObject({
      failed: 2,
      conditions: [
        {
          type: 'SubmissionError',
          status: 'True',
          message: 'run policy error: failed to resolve {{cronworkflow.nothing}}',
        },
      ],
    });
    scripted.change({ when: '' });
    scripted.until('2026-01-01T00:03:10Z');
    expect(scripted.cron.status?.conditions).toEqual([]);
  });
});

describe('the stop strategy', () => {
  it('stops the CronWorkflow for good', () => {
    const scripted = of({ stopStrategy: { expression: 'cronworkflow.failed >= 2' } });
    scripted.until('2026-01-01T00:02:10Z');
    scripted.end(name('00:01:00'), 'Failed');
    scripted.end(name('00:02:00'), 'Failed');
    scripted.until('2026-01-01T00:05:10Z');
    expect(scripted.names).toEqual([name('00:02:00')]);
    expect(scripted.cron.status).toMatchObject({ phase: 'Stopped', failed: 2 });
    expect(scripted.cron.metadata.labels).toMatchObject({ 'cronworkflows.argoproj.io/completed': 'true' });
    expect(scripted.settle().wakeAt).toBeNull();
  });

  it('that cannot be told is an error of the specification', () => {
    const scripted = of({ stopStrategy: { expression: 'cronworkflow.failed + 1' } });
    scripted.until('2026-01-01T00:02:10Z');
    expect(scripted.names).toEqual([]);
    expect(scripted.cron.status?.conditions).toEqual([
      {
        type: 'SpecError',
        status: 'True',
        message:
          "failed to check CronWorkflow 'c' stopping condition: failed to evaluate stop expression: 'cronworkflow.failed + 1' is no boolean",
      },
    ]);
  });
});

describe('an error', () => {
  it('of the specification is told, and gone when it is corrected', () => {
    const scripted = of({ schedules: ['61 * * * *'] });
    expect(scripted.cron.status?.conditions).toMatchObject([{ type: 'SpecError' }]);
    expect(scripted.told.filter((message) => message.includes('malformed'))).toHaveLength(1);
    scripted.change({ schedules: ['* * * * *'] });
    scripted.specProblem = 'no entrypoint';
    scripted.settle();
    expect(scripted.cron.status?.conditions).toEqual([{ type: 'SpecError', status: 'True', message: 'no entrypoint' }]);
    scripted.until('2026-01-01T00:02:10Z');
    scripted.specProblem = undefined;
    scripted.settle();
    expect(scripted.cron.status?.conditions).toEqual([]);
    scripted.until('2026-01-01T00:03:10Z');
    expect(scripted.names).toEqual([name('00:03:00')]);
  });

  it('of the submission is told and counted, and the next time is tried', () => {
    const scripted = of({ concurrencyPolicy: 'Forbid' });
    scripted.refusal = 'admission webhook denied the request';
    scripted.until('2026-01-01T00:01:10Z');
    expect(scripted.cron.status).toMatchObject({
      active: [],
      failed: 1,
      lastScheduledTime: '2026-01-01T00:01:00Z',
      conditions: [
        { type: 'SubmissionError', message: 'Failed to submit Workflow: admission webhook denied the request' },
      ],
    });
    scripted.refusal = undefined;
    scripted.until('2026-01-01T00:02:10Z');
    expect(scripted.names).toEqual([name('00:02:00')]);
    expect(scripted.cron.status?.conditions).toEqual([]);
  });
});

it('nulls in an object are as if they were not there', () => {
  const nothing = null as never;
  const scripted = new ScriptedCron({
    startingDeadlineSeconds: nothing,
    suspend: nothing,
    timezone: nothing,
    when: nothing,
    stopStrategy: nothing,
    workflowMetadata: nothing,
    successfulJobsHistoryLimit: nothing,
    failedJobsHistoryLimit: nothing,
    concurrencyPolicy: nothing,
  });
  scripted.cron = {
    ...scripted.cron,
    status: { active: nothing, conditions: nothing, lastScheduledTime: nothing, phase: nothing, failed: nothing },
  };
  scripted.until('2026-01-01T00:02:10Z');
  scripted.end(name('00:01:00'), 'Failed');
  scripted.settle();
  expect(scripted.names).toEqual(['00:01:00', '00:02:00'].map(name));
  expect(scripted.cron.status).toMatchObject({ failed: 1, active: [{ name: name('00:02:00') }] });
  scripted.change({ schedules: nothing });
  scripted.settle();
  expect(scripted.cron.status?.conditions).toMatchObject([{ type: 'SpecError' }]);
});

describe('a promise', () => {
  const promised = (spec: Partial<CronWorkflowSpec> = {}): ScriptedCron => {
    const scripted = of({ schedules: ['0 * * * *'], ...spec });
    scripted.nowMs = at('2026-01-01T01:00:00Z');
    scripted.pass({ commandsDone: 0 });
    expect(scripted.names).toEqual([]);
    return scripted;
  };

  it('is kept by whoever comes after a crash', () => {
    const scripted = promised();
    scripted.awayUntil('2026-01-01T01:30:00Z');
    expect(scripted.names).toEqual([name('01:00:00')]);
  });

  it.each<[string, string, Partial<CronWorkflowSpec>, string[]]>([
    ['the deadline is over', '01:30:00', { startingDeadlineSeconds: 600 }, []],
    ['the next time has come', '02:00:05', { startingDeadlineSeconds: 4000 }, ['02:00:00']],
    ['the CronWorkflow is suspended', '01:10:00', { suspend: true }, []],
    ['there is another schedule', '01:10:00', { schedules: ['30 * * * *'] }, []],
  ])('is taken back when %s', (_why, time, change, started) => {
    const scripted = promised();
    scripted.change(change);
    scripted.awayUntil(`2026-01-01T${time}Z`);
    expect(scripted.names).toEqual(started.map(name));
  });

  it('is not kept twice, even when the workflow is gone at once', () => {
    const scripted = promised();
    scripted.settle();
    scripted.children = [];
    scripted.settle();
    expect(scripted.created.get(name('01:00:00'))).toBe(1);
    expect(scripted.cron.status?.active).toEqual([]);
  });
});

describe('the history', () => {
  it('keeps the last three that succeeded and the last one that failed, by their ends', () => {
    const scripted = of();
    scripted.until('2026-01-01T00:07:10Z');
    const order = ['00:03:00', '00:01:00', '00:02:00', '00:04:00'];
    for (const [i, time] of order.entries()) {
      scripted.nowMs += 1000;
      scripted.end(name(time), 'Succeeded');
      if (i === 2) scripted.end(name('00:06:00'), 'Failed');
    }
    scripted.nowMs += 1000;
    scripted.end(name('00:05:00'), 'Error');
    scripted.settle();
    expect(scripted.names).toEqual(['00:01:00', '00:02:00', '00:04:00', '00:05:00', '00:07:00'].map(name));
    expect(scripted.cron.status).toMatchObject({ succeeded: 4, failed: 2 });
  });

  it('may be kept short, and is kept while the CronWorkflow is suspended', () => {
    const scripted = of({ successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0 });
    scripted.until('2026-01-01T00:02:10Z');
    scripted.change({ suspend: true });
    scripted.end(name('00:01:00'));
    scripted.end(name('00:02:00'), 'Failed');
    scripted.settle();
    expect(scripted.names).toEqual([]);
    expect(scripted.cron.status).toMatchObject({ succeeded: 1, failed: 1 });
  });
});

describe('watchers that die at any time', () => {
  it('start no time twice, and skip none that the deadline allows', () => {
    for (let seed = 1; seed <= 60; seed++) {
      let state = seed;
      const draw = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
      const scripted = new ScriptedCron({ startingDeadlineSeconds: 50, successfulJobsHistoryLimit: 1 });
      scripted.settle();
      for (let minute = 1; minute <= 20; minute++) {
        scripted.nowMs = at('2026-01-01T00:00:00Z') + minute * 60_000;
        while (scripted.nowMs % 60_000 < 30_000) {
          const fate = draw();
          if (fate < 0.3) scripted.pass('nothing-written');
          else if (fate < 0.6) scripted.pass({ commandsDone: Math.floor(draw() * 3) });
          else scripted.pass();
          if (fate < 0.6) scripted.restart();
          if (draw() < 0.3) scripted.names.forEach((child) => scripted.end(child ?? ''));
          scripted.nowMs += 3_000;
        }
        scripted.settle();
      }
      expect({ seed, starts: [...scripted.created.values()] }).toEqual({ seed, starts: Array(20).fill(1) });
    }
  });
});
