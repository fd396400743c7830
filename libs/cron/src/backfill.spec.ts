import { describe, expect, it } from '@jest/globals';
import { instant } from '@argosy/workflow-engine';
import type { CronWorkflow, CronWorkflowSpec } from '@argosy/workflow-spec';
import { lintManifests, parseManifests, toYaml } from '@argosy/workflow-spec';
import { backfill } from './backfill.js';
import type { BackfillOptions } from './backfill.js';

const at = (text: string) => instant(Date.parse(text));
const cronOf = (spec: Partial<CronWorkflowSpec> = {}): CronWorkflow => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'CronWorkflow',
  metadata: { name: 'nightly', namespace: 'default', uid: 'u' },
  spec: {
    schedules: ['0 3 * * *'],
    workflowSpec: {
      entrypoint: 'main',
      arguments: {
        parameters: [
          { name: 'day', value: 'today' },
          { name: 'size', value: '1' },
        ],
      },
      templates: [{ name: 'main', suspend: {} }],
    },
    ...spec,
  },
});
const options: BackfillOptions = {
  name: 'fix',
  start: at('2026-01-01T03:00:00Z'),
  end: at('2026-01-04T03:00:00Z'),
  now: at('2026-02-01T00:00:00Z'),
  argName: 'day',
};
const made = (cron = cronOf(), changes: Partial<BackfillOptions> = {}) => {
  const result = backfill(cron, { ...options, ...changes });
  if (!result.ok) throw new Error(result.problem);
  return result;
};
const timesOf = (workflow: ReturnType<typeof made>['workflows'][number]): unknown =>
  JSON.parse(workflow.spec.templates?.[0]?.steps?.[0]?.[0]?.withParam ?? '');
const manifestOf = (workflow: ReturnType<typeof made>['workflows'][number] | undefined) =>
  parseManifests(workflow?.spec.templates?.[1]?.resource?.manifest ?? '').documents[0]?.value;

describe('a backfill', () => {
  it('makes one workflow for each time after the start, up to the end', () => {
    const { workflows, times } = made();
    expect(times).toHaveLength(3);
    expect(workflows).toHaveLength(1);
    expect(workflows[0]).toMatchObject({
      metadata: { generateName: 'backfill-wf-', labels: { 'workflows.argoproj.io/backfill': 'nightly' } },
      spec: { entrypoint: 'main' },
    });
    expect(workflows.map(timesOf)).toEqual([
      ['2026-01-02 03:00:00 +0000 UTC', '2026-01-03 03:00:00 +0000 UTC', '2026-01-04 03:00:00 +0000 UTC'],
    ]);
  });

  it('has them owned by nobody when the CronWorkflow is a file and no object', () => {
    const { metadata, ...rest } = cronOf();
    const { uid: _uid, ...ofFile } = metadata;
    const made = backfill({ ...rest, metadata: ofFile }, options);
    if (!made.ok) throw new Error(made.problem);
    expect(manifestOf(made.workflows[0])).not.toHaveProperty('metadata.ownerReferences');
  });

  it('creates them one after the other, with the time as an argument', () => {
    expect(manifestOf(made().workflows[0])).toMatchObject({
      kind: 'Workflow',
      metadata: {
        generateName: 'nightly-backfill-fix-',
        labels: { 'workflows.argoproj.io/cron-workflow': 'nightly' },
        ownerReferences: [{ kind: 'CronWorkflow', name: 'nightly', uid: 'u' }],
      },
      spec: {
        priority: 2147483647,
        synchronization: { mutexes: [{ name: 'fix' }] },
        arguments: {
          parameters: [
            { name: 'size', value: '1' },
            { name: 'day', value: '{{inputs.parameters.backfillscheduletime}}' },
          ],
        },
      },
    });
    const { spec } = manifestOf(made(cronOf(), { parallel: true }).workflows[0]) as CronWorkflow & { spec: object };
    expect(Object.keys(spec).sort()).toEqual(['arguments', 'entrypoint', 'templates']);
  });

  it('is spread over several workflows when it is large', () => {
    const { workflows } = made(cronOf({ schedules: ['0 * * * *', '30 * * * *'] }), { maxWorkflowCount: 48 });
    expect(workflows.map((workflow) => (timesOf(workflow) as unknown[]).length)).toEqual([48, 48, 48]);
  });

  it('is made of valid manifests', () => {
    for (const workflow of made().workflows) expect(lintManifests(toYaml(workflow)).problems).toEqual([]);
  });

  it('may be nothing, or be refused', () => {
    expect(made(cronOf(), { end: options.start })).toMatchObject({ times: [], workflows: [] });
    expect(backfill(cronOf({ schedules: ['no'] }), options)).toMatchObject({ ok: false });
    expect(backfill(cronOf(), { ...options, maxWorkflowCount: 0 })).toMatchObject({ ok: false });
  });
});
