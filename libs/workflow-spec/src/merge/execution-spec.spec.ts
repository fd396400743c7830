import type { Template, Workflow, WorkflowSpec, WorkflowTemplate } from '../index.js';
import {
  resolveExecutionSpec,
  templateKindOf,
  templateLibrary,
  TemplateNotFoundError,
  withTemplateDefaults,
} from '../index.js';
import { strategicMerge } from './strategic-merge.js';

const workflow = (spec: WorkflowSpec): Workflow => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { name: 'w' },
  spec,
});
const template = (spec: WorkflowSpec, kind = 'WorkflowTemplate'): WorkflowTemplate => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind,
  metadata: { name: 't' },
  spec,
});
const withRef = (spec: WorkflowSpec, own: WorkflowSpec = {}): WorkflowSpec =>
  resolveExecutionSpec(workflow({ workflowTemplateRef: { name: 't' }, ...own }), {
    templates: templateLibrary([template(spec)]),
  });

describe('what a workflow runs', () => {
  it('is its own spec over the template it refers to over the defaults of the controller', () => {
    const spec = resolveExecutionSpec(
      workflow({ workflowTemplateRef: { name: 't' }, priority: 1, nodeSelector: { a: 'workflow' } }),
      {
        templates: templateLibrary([
          template({ priority: 2, parallelism: 2, nodeSelector: { a: 'template', b: 'template' } }),
        ]),
        workflowDefaults: {
          spec: { priority: 3, parallelism: 3, schedulerName: 'x', nodeSelector: { b: 'd', c: 'd' } },
        },
      },
    );
    expect(spec).toEqual({
      workflowTemplateRef: { name: 't' },
      priority: 1,
      parallelism: 2,
      schedulerName: 'x',
      nodeSelector: { a: 'workflow', b: 'template', c: 'd' },
    });
  });

  it('is not changed where there is nothing to merge', () => {
    const spec = { entrypoint: 'a', templates: [{ name: 'a', suspend: {} }] };
    expect(resolveExecutionSpec(workflow(spec))).toEqual(spec);
  });

  it('tells the scope of a template from its kind', () => {
    const templates = templateLibrary([template({ priority: 1 }, 'ClusterWorkflowTemplate')]);
    const of = (clusterScope: boolean) =>
      resolveExecutionSpec(workflow({ workflowTemplateRef: { name: 't', clusterScope } }), { templates }).priority;
    expect(of(true)).toBe(1);
    expect(() => of(false)).toThrow(TemplateNotFoundError);
  });

  it('takes suspend from the workflow alone', () => {
    expect(withRef({ suspend: true })).not.toHaveProperty('suspend');
    expect(withRef({}, { suspend: true }).suspend).toBe(true);
  });

  it('takes a parameter with a value as a whole, and one without from both', () => {
    const lower = {
      arguments: {
        parameters: [
          { name: 'a', default: '1', enum: ['1'] },
          { name: 'b', value: 'low' },
        ],
      },
    };
    const higher = {
      arguments: {
        parameters: [
          { name: 'c', value: '3' },
          { name: 'a', value: '2' },
          { name: 'b', description: 'd' },
        ],
      },
    };
    expect(withRef(lower, higher).arguments?.parameters).toEqual([
      { name: 'c', value: '3' },
      { name: 'a', value: '2' },
      { name: 'b', value: 'low', description: 'd' },
    ]);
  });

  it('takes the source of a parameter from one side', () => {
    const lower = { arguments: { parameters: [{ name: 'a', value: 'low' }] } };
    const valueFrom = { configMapKeyRef: { name: 'c', key: 'k' } };
    const higher = { arguments: { parameters: [{ name: 'a', valueFrom }] } };
    expect(withRef(lower, higher).arguments?.parameters).toEqual([{ name: 'a', valueFrom }]);
  });

  it('takes a hook from one side, and lets nothing be replaced by what is empty', () => {
    const lower = {
      serviceAccountName: 'runner',
      tolerations: [{ key: 'low' }],
      hooks: { exit: { template: 'low', arguments: { parameters: [{ name: 'a', value: '1' }] } } },
    };
    const higher = {
      serviceAccountName: '',
      tolerations: [],
      hooks: { exit: { templateRef: { name: 'n', template: 't' } } },
    };
    expect(withRef(lower, higher)).toMatchObject({ serviceAccountName: 'runner', tolerations: [{ key: 'low' }] });
    expect(withRef(lower, higher).hooks).toEqual(higher.hooks);
  });

  it('says which template is missing, as the API server does', () => {
    const missing = (clusterScope: boolean) => () =>
      resolveExecutionSpec(workflow({ workflowTemplateRef: { name: 't', clusterScope } }));
    expect(missing(false)).toThrow('workflowtemplate.argoproj.io "t" not found');
    expect(missing(true)).toThrow('clusterworkflowtemplate.argoproj.io "t" not found');
  });

  it('merges an artifact of one driver field by field and lets another driver take its place', () => {
    const lower = {
      arguments: {
        artifacts: [
          { name: 'a', s3: { bucket: 'b', key: 'low' } },
          { name: 'b', mode: 1, s3: { key: 'x' } },
        ],
      },
    };
    const higher = {
      arguments: {
        artifacts: [
          { name: 'a', s3: { key: 'high' } },
          { name: 'b', raw: { data: 'y' } },
        ],
      },
    };
    expect(withRef(lower, higher).arguments?.artifacts).toEqual([
      { name: 'a', s3: { bucket: 'b', key: 'high' } },
      { name: 'b', mode: 1, raw: { data: 'y' } },
    ]);
  });

  it('merges hooks, labelsFrom and volumes by their keys, and replaces other lists', () => {
    const spec = withRef(
      {
        hooks: { exit: { template: 'low' }, a: { template: 'x' } },
        workflowMetadata: { labelsFrom: { a: { expression: '1' } } },
        volumes: [
          { name: 'a', emptyDir: {} },
          { name: 'b', emptyDir: {} },
        ],
        tolerations: [{ key: 'low' }],
      },
      {
        hooks: { exit: { template: 'high' } },
        workflowMetadata: { labelsFrom: { b: { expression: '2' } } },
        volumes: [
          { name: 'b', hostPath: { path: '/x' } },
          { name: 'c', emptyDir: {} },
        ],
        tolerations: [{ key: 'high' }],
      },
    );
    expect(spec.hooks).toEqual({ exit: { template: 'high' }, a: { template: 'x' } });
    expect(spec.workflowMetadata?.labelsFrom).toEqual({ a: { expression: '1' }, b: { expression: '2' } });
    expect(spec.volumes?.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(spec.tolerations).toEqual([{ key: 'high' }]);
  });

  it('keeps templateDefaults apart: they count for the templates of other objects too', () => {
    const templates: Template[] = [{ name: 'a', script: { image: 'x', source: 'y' } }];
    const templateDefaults: Template = { timeout: '5s', container: { image: 'z' } };
    const spec = resolveExecutionSpec(workflow({ templates }), { workflowDefaults: { spec: { templateDefaults } } });
    expect(spec).toEqual({ templates, templateDefaults });
  });
});

describe('template defaults', () => {
  const defaults: Template = {
    name: 'no',
    timeout: '5s',
    container: {
      image: 'low',
      env: [
        { name: 'A', value: 'low' },
        { name: 'B', value: 'low' },
      ],
    },
    retryStrategy: { limit: 2 },
  };

  it('merge into a template of their kind', () => {
    const own: Template = { name: 'a', container: { image: 'high', env: [{ name: 'B', value: 'high' }] } };
    expect(withTemplateDefaults(own, defaults)).toEqual({
      name: 'a',
      timeout: '5s',
      retryStrategy: { limit: 2 },
      container: {
        image: 'high',
        env: [
          { name: 'A', value: 'low' },
          { name: 'B', value: 'high' },
        ],
      },
    });
  });

  it('never give a template another kind', () => {
    const merged = withTemplateDefaults({ name: 'a', suspend: {} }, defaults);
    expect(merged).toEqual({ name: 'a', timeout: '5s', retryStrategy: { limit: 2 }, suspend: {} });
    expect(templateKindOf(withTemplateDefaults({ name: 'a' }, defaults))).toBeUndefined();
  });
});

describe('merging', () => {
  it.each([
    ['a b c', 'b', 'a b+ c'],
    ['a b c', 'x', 'x a b c'],
    ['a b c', 'b x', 'a b+ x c'],
    ['a b c', 'c b', 'a c+ b+'],
    ['a b', 'x a y', 'x a+ y b'],
  ])('orders members as Kubernetes does: %s and %s are %s', (lower, higher, merged) => {
    const named = (text: string, change: object): { env: { name: string; value?: string; valueFrom?: object }[] } => ({
      env: text.split(' ').map((name) => ({ name, ...change })),
    });
    const { env } = strategicMerge(named(lower, { value: '1' }), named(higher, { valueFrom: {} }));
    expect(env.map(({ name, value, valueFrom }) => `${name}${value && valueFrom ? '+' : ''}`).join(' ')).toBe(merged);
  });

  it('changes neither side', () => {
    const lower = { env: [{ name: 'a', value: 1 }], map: { x: 1 } };
    const higher = { env: [{ name: 'a', value: 2 }], map: { y: 2 } };
    const before = JSON.stringify([lower, higher]);
    expect(strategicMerge<unknown>(lower, higher)).toEqual({ env: [{ name: 'a', value: 2 }], map: { x: 1, y: 2 } });
    expect(JSON.stringify([lower, higher])).toBe(before);
  });

  it('finds the kind in the order in which Argo looks', () => {
    expect(templateKindOf({ suspend: {}, dag: { tasks: [] }, steps: [] })).toBe('steps');
    expect(templateKindOf({ plugin: {}, http: { url: 'x' } })).toBe('http');
    expect(templateKindOf({})).toBeUndefined();
  });
});
