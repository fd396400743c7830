import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeApi } from '@argosy/kube';
import { KubeError, resources } from '@argosy/kube';
import type { Workflow, WorkflowSpec, WorkflowTemplate } from '@argosy/workflow-spec';
import { container, TestCluster } from '../testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const spec: WorkflowSpec = { entrypoint: 'main', templates: [container('main')] };
const template = (name: string, kind = 'WorkflowTemplate'): WorkflowTemplate => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind,
  metadata: kind === 'WorkflowTemplate' ? { name, namespace: 'default' } : { name },
  spec,
});
const create = (name: string): Promise<unknown> =>
  cluster.kube.create<WorkflowTemplate>(resources.workflowTemplates, template(name));
const createOfCluster = (name: string): Promise<unknown> =>
  cluster.kube.create<WorkflowTemplate>(resources.clusterWorkflowTemplates, template(name, 'ClusterWorkflowTemplate'));
const refer = (own: WorkflowSpec): Promise<Workflow> =>
  cluster.adopt({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name: 'wf' }, spec: own });
const exitHook = { templateRef: { name: 'far', template: 'main', clusterScope: true } };
/** What a test wants to do differently from the cluster in memory. */
const api = (changes: object): KubeApi =>
  Object.create(cluster.kube, Object.getOwnPropertyDescriptors(changes)) as KubeApi;

describe('templates of a cluster', () => {
  it('are run by workflows that refer to them', async () => {
    cluster = new TestCluster();
    await create('tmpl');
    await createOfCluster('far');
    await cluster.controller();
    await refer({ workflowTemplateRef: { name: 'tmpl' }, hooks: { exit: exitHook } });
    const { metadata, status } = await cluster.ended();
    expect(status).toMatchObject({ phase: 'Succeeded', storedWorkflowTemplateSpec: spec });
    expect(Object.keys(status?.storedTemplates ?? {})).toEqual(['cluster/far/main']);
    expect(metadata.labels).toMatchObject({ 'workflows.argoproj.io/workflow-template': 'tmpl' });
  });

  it('may be changed and deleted while runs go on', async () => {
    cluster = new TestCluster();
    await create('tmpl');
    const first = await cluster.controller();
    const group = (name: string) => [{ name, templateRef: { name: 'tmpl', template: 'main' } }];
    await cluster.submit([
      { name: 'main', steps: [group('a'), [{ name: 'hold', template: 'hold' }], group('b')] },
      { name: 'hold', suspend: {} },
    ]);
    await cluster.settle();
    await cluster.stop(first);
    await cluster.kube.delete({ type: resources.workflowTemplates, namespace: 'default', name: 'tmpl' });
    const second = await cluster.controller();
    await second.applyIntent('default', 'wf', { type: 'ResumeRun' });
    expect((await cluster.ended()).status).toMatchObject({ phase: 'Succeeded' });
    expect([...cluster.kubelet.started.keys()]).toHaveLength(2);
  });

  it('that nobody can read are an error of those that refer to them, and of nobody else', async () => {
    cluster = new TestCluster();
    const spec = { entrypoint: 'main', templates: [container('main')], arguments: { parameters: { p: 'x' } } };
    for (const [type, kind] of [
      [resources.workflowTemplates, 'WorkflowTemplate'],
      [resources.clusterWorkflowTemplates, 'ClusterWorkflowTemplate'],
    ] as const)
      await cluster.kube.create(type, { ...template('bad', kind), spec } as object as WorkflowTemplate);
    await create('good');
    await cluster.controller();
    const message = async (name: string, own: WorkflowSpec): Promise<string> => {
      await cluster.adopt({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Workflow',
        metadata: { name },
        spec: { entrypoint: 'main', ...own },
      });
      const { status } = await cluster.ended(name);
      return `${status?.phase} ${status?.message ?? ''}`;
    };
    const wrong = 'spec.arguments.parameters: expected a list, found a map';
    expect(await message('a', { workflowTemplateRef: { name: 'bad' } })).toBe(
      `Error malformed workflow template "default/bad": ${wrong}`,
    );
    expect(await message('b', { workflowTemplateRef: { name: 'bad', clusterScope: true } })).toBe(
      `Error malformed cluster workflow template "bad": ${wrong}`,
    );
    const step = { name: 's', templateRef: { name: 'bad', template: 'main' } };
    expect(await message('c', { templates: [{ name: 'main', steps: [[step]] }] })).toContain('malformed workflow');
    expect(await message('d', { workflowTemplateRef: { name: 'good' } })).toBe('Succeeded ');
  });

  it('that the watch has not told of yet are asked for', async () => {
    cluster = new TestCluster();
    const isTemplate = (type: { plural: string }): boolean => type.plural === 'workflowtemplates';
    await cluster.controller(
      api({
        watch: (...args: Parameters<KubeApi['watch']>) =>
          isTemplate(args[0])
            ? (async function* () {
                await new Promise<void>((resolve) => args[1]?.signal?.addEventListener('abort', () => resolve()));
                yield* [];
              })()
            : cluster.kube.watch(...args),
      }),
    );
    await create('late');
    await refer({ workflowTemplateRef: { name: 'late' } });
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
  });

  it('that do not exist end the run at once', async () => {
    cluster = new TestCluster();
    await createOfCluster('tmpl');
    await cluster.controller();
    await refer({ workflowTemplateRef: { name: 'tmpl' } });
    expect((await cluster.ended()).status).toMatchObject({
      phase: 'Error',
      message: 'workflowtemplate.argoproj.io "tmpl" not found',
    });
  });

  it('are not needed by who may not see those of the whole cluster', async () => {
    cluster = new TestCluster();
    await create('tmpl');
    const refuse = (type: { plural: string }): void => {
      if (type.plural === 'clusterworkflowtemplates') throw new KubeError('Forbidden', 'no', 403);
    };
    const controller = await cluster.controller(
      api({
        list: async (...args: Parameters<KubeApi['list']>) => {
          refuse(args[0]);
          return cluster.kube.list(...args);
        },
        get: async (...args: Parameters<KubeApi['get']>) => {
          refuse(args[0].type);
          return cluster.kube.get(...args);
        },
      }),
      { namespace: 'default' },
    );
    await refer({ workflowTemplateRef: { name: 'tmpl' } });
    await cluster.settle();
    expect((await cluster.get()).status?.phase).toBe('Succeeded');
    await cluster.submit([{ name: 'main', steps: [[{ name: 'a', ...exitHook }]] }], {}, 'other');
    await cluster.settle();
    expect((await cluster.get('other')).status).toMatchObject({
      phase: 'Failed',
      message: expect.stringContaining('there is no ClusterWorkflowTemplate "far"'),
    });
    await cluster.stop(controller);
  });
});

describe('rules of the controller', () => {
  it('lie under every workflow', async () => {
    cluster = new TestCluster();
    await cluster.controller(cluster.kube, {
      rules: { workflowDefaults: { metadata: { labels: { team: 'a' } }, spec: { serviceAccountName: 'runner' } } },
    });
    await cluster.submit([container('main')]);
    const ended = await cluster.ended();
    expect(ended).toMatchObject({ metadata: { labels: { team: 'a' } }, spec: { serviceAccountName: 'runner' } });
    expect((await cluster.pods())[0]?.spec?.serviceAccountName).toBe('runner');
  });

  it('may confine workflows to templates', async () => {
    cluster = new TestCluster();
    await create('tmpl');
    await cluster.controller(cluster.kube, { rules: { templateReferencing: 'Strict' } });
    await refer({ workflowTemplateRef: { name: 'tmpl' }, podSpecPatch: '{}' });
    expect((await cluster.ended()).status?.message).toContain('fields [PodSpecPatch] are not permitted');
    expect(await cluster.pods()).toEqual([]);
  });

  it('name fields that exist', async () => {
    cluster = new TestCluster();
    const rules = { overridableFields: ['podSpecPatch', 'podSpecPatsch'] };
    await expect(cluster.controller(cluster.kube, { rules })).rejects.toThrow('"podSpecPatsch" is no field');
  });
});

describe('tags in what a workflow says about all its pods', () => {
  it('are replaced', async () => {
    cluster = new TestCluster();
    await cluster.controller();
    await cluster.submit([container('main')], {
      serviceAccountName: '{{workflow.parameters.account}}',
      podMetadata: { labels: { run: '{{workflow.name}}' } },
      arguments: { parameters: [{ name: 'account', value: 'runner' }] },
    });
    await cluster.ended();
    const [pod] = await cluster.pods();
    expect(pod?.spec?.serviceAccountName).toBe('runner');
    expect(pod?.metadata?.labels).toMatchObject({ run: 'wf' });
  });
});
