import { templateLibrary } from '@argosy/workflow-spec';
import type { Template, Workflow, WorkflowSpec, WorkflowTemplate } from '@argosy/workflow-spec';
import type { ControllerRules } from '../model/controller-rules.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const template = (name: string, templates: Template[], spec: WorkflowSpec = {}): WorkflowTemplate => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'WorkflowTemplate',
  metadata: { name },
  spec: { entrypoint: 'main', serviceAccountName: 'restricted', templates, ...spec },
});
const referring = (own: WorkflowSpec = {}, status?: Workflow['status']): Workflow => {
  const { spec: _spec, ...rest } = workflow([]);
  return { ...rest, spec: { workflowTemplateRef: { name: 'approved' }, ...own }, ...(status && { status }) };
};
const twoSteps: Template[] = [
  {
    name: 'main',
    steps: [
      [{ name: 'a', template: 'wait' }],
      [{ name: 'b', templateRef: { name: 'shared', template: 'work' } }],
      [{ name: 'c', template: 'wait' }],
      [{ name: 'd', templateRef: { name: 'shared', template: 'work' } }],
    ],
  },
  { name: 'wait', suspend: {} },
];
const shared = template('shared', [container('work')]);
const approved = template('approved', twoSteps);

function simulation(of: Workflow, rules: ControllerRules, templates = [approved, shared]): WorkflowSimulation {
  const run = new WorkflowSimulation(of, undefined, undefined, rules);
  run.world.templates = templateLibrary(templates);
  run.run();
  return run;
}
const both = [{ templateReferencing: 'Strict' }, { templateReferencing: 'Secure' }] as const;
const told = (run: WorkflowSimulation): string => `${run.state.status.phase} ${run.message}`;
const FORBIDDEN = 'are not permitted when using workflowTemplateRef with templateReferencing restriction';

describe.each(both)('where only approved templates may run: %j', (rules) => {
  it('a workflow of its own does not', () => {
    const run = simulation(workflow([container('main')]), rules);
    expect(told(run)).toBe(
      'Error workflows must use workflowTemplateRef to be executed when the controller is in reference mode',
    );
  });

  it('a workflow says with what and how long, and how it is cleaned up', () => {
    const run = simulation(
      referring({
        arguments: { parameters: [{ name: 'p', value: 'v' }] },
        entrypoint: 'main',
        activeDeadlineSeconds: 100,
        priority: 1,
        ttlStrategy: { secondsAfterCompletion: 1 },
        podGC: { strategy: 'OnPodSuccess' },
        volumeClaimGC: { strategy: 'OnWorkflowCompletion' },
        archiveLogs: true,
        workflowMetadata: { labels: { 'workflows.argoproj.io/workflow-template': 'other', team: 'a' } },
        metrics: { prometheus: [] },
        artifactGC: { strategy: 'OnWorkflowDeletion', forceFinalizerRemoval: true },
        serviceAccountName: '',
      }),
      rules,
    );
    expect(run.node('wf[0].a').type).toBe('Suspend');
    expect(run.state.status.storedWorkflowTemplateSpec).toMatchObject({
      serviceAccountName: 'restricted',
      priority: 1,
    });
    expect(run.state.workflow.metadata.labels).toMatchObject({
      'workflows.argoproj.io/workflow-template': 'approved',
      team: 'a',
    });
  });

  it.each<[WorkflowSpec, string]>([
    [{ podSpecPatch: '{"hostNetwork": true}' }, '[PodSpecPatch]'],
    [
      { serviceAccountName: 'admin', hostNetwork: true, securityContext: {} },
      '[HostNetwork SecurityContext ServiceAccountName]',
    ],
    [{ templateDefaults: { podSpecPatch: '{}' } }, '[TemplateDefaults]'],
    [{ templates: [container('main')] }, '[Templates]'],
    [{ dnsPolicy: 'None', nodeSelector: { a: 'b' } }, '[DNSPolicy NodeSelector]'],
    [{ hooks: { exit: { templateRef: { name: 'shared', template: 'work' } } }, onExit: 'x' }, '[Hooks OnExit]'],
    [{ volumes: [], podMetadata: { labels: {} } }, '[PodMetadata Volumes]'],
    [
      { artifactGC: { podSpecPatch: '{}', serviceAccountName: 'admin', podMetadata: {} } },
      '[ArtifactGC.PodMetadata ArtifactGC.PodSpecPatch ArtifactGC.ServiceAccountName]',
    ],
  ])('a workflow does not say what its pods are: %j', (own, fields) => {
    const run = simulation(referring(own), rules);
    expect(told(run)).toBe(`Error fields ${fields} ${FORBIDDEN}`);
    expect(run.nodes()).toEqual([]);
  });

  it('an administrator may open fields, but not those of artifact collection', () => {
    const open = { ...rules, overridableFields: ['podSpecPatch', 'artifactGC'] };
    expect(told(simulation(referring({ podSpecPatch: '{}' }), open))).toBe('Running ');
    expect(told(simulation(referring({ artifactGC: { podSpecPatch: '{}' } }), open))).toContain(
      'ArtifactGC.PodSpecPatch',
    );
  });

  it('a status that came with the workflow is not believed', () => {
    const forged = { entrypoint: 'main', templates: [container('main', { container: { image: 'evil' } })] };
    const storedTemplates = { 'namespaced/shared/work': container('work', { container: { image: 'evil' } }) };
    const run = simulation(referring({}, { storedWorkflowTemplateSpec: forged, storedTemplates }), rules);
    expect(run.state.status.storedWorkflowTemplateSpec?.serviceAccountName).toBe('restricted');
    run.intent({ type: 'ResumeRun' });
    run.run();
    expect(run.state.status.storedTemplates?.['namespaced/shared/work']).toEqual(container('work'));
  });

  it('a spec that is edited while it runs ends what runs', () => {
    const endless = template('approved', [container('main')]);
    const run = new WorkflowSimulation(referring(), () => ({ endsAfterMs: 'never' }), undefined, rules);
    run.world.templates = templateLibrary([endless]);
    run.run((state) => state.nodes.some(({ phase }) => phase === 'Running'));
    const { workflow: begun } = run.state;
    run.state = { ...run.state, workflow: { ...begun, spec: { ...begun.spec, podSpecPatch: '{}' } } };
    expect(run.run()).toBe('Error');
    expect(run.node('wf')).toMatchObject({ phase: 'Error', message: `fields [PodSpecPatch] ${FORBIDDEN}` });
    expect(run.world.pod('wf')?.phase).toBe('Failed');
  });

  it('a retry goes on with the arguments it was given', () => {
    const fails = template('approved', [container('main')], { arguments: { parameters: [{ name: 'p', value: '1' }] } });
    const run = new WorkflowSimulation(referring(), () => ({ phase: 'Failed' }), undefined, rules);
    run.world.templates = templateLibrary([fails]);
    expect(run.run()).toBe('Failed');
    expect(run.intent({ type: 'RetryRun', parameters: ['p=2'] }).ok).toBe(true);
    expect(run.run()).toBe('Failed');
    expect(run.message).toBe('main: Error (exit code 1)');
    expect(run.state.status.storedWorkflowTemplateSpec?.arguments?.parameters).toEqual([{ name: 'p', value: '2' }]);
  });
});

describe('a template that is edited while a run uses it', () => {
  const edited = template('approved', twoSteps, { hostNetwork: true });
  const resumedWith = (rules: ControllerRules, templates: WorkflowTemplate[]): WorkflowSimulation => {
    const run = simulation(referring(), rules);
    run.intent({ type: 'ResumeRun' });
    run.run();
    run.restart();
    run.world.templates = templateLibrary(templates);
    run.intent({ type: 'ResumeRun' });
    run.run();
    return run;
  };
  const changed =
    'WorkflowSpec may not change during execution when the controller is set `templateReferencing: Secure`';

  it('changes nothing where it is Strict', () => {
    expect(told(resumedWith({ templateReferencing: 'Strict' }, []))).toBe('Succeeded ');
  });

  it('ends the run where it is Secure', () => {
    const secure = { templateReferencing: 'Secure' } as const;
    expect(told(resumedWith(secure, [approved, shared]))).toBe('Succeeded ');
    const other = template('shared', [container('work', { container: { image: 'evil' } })]);
    const reordered = JSON.parse(
      JSON.stringify({ ...approved, spec: { onExit: null, ...approved.spec } }),
    ) as typeof approved;
    expect(told(resumedWith(secure, [reordered, shared]))).toBe('Succeeded ');
    expect(told(resumedWith(secure, [edited, shared]))).toBe(`Error ${changed}`);
    expect(told(resumedWith(secure, [shared]))).toBe('Error workflowtemplate.argoproj.io "approved" not found');
    const run = resumedWith(secure, [approved, other]);
    expect(run.node('wf[3].d')).toMatchObject({ phase: 'Error', message: changed });
  });

  it('cannot be said to have been something else', () => {
    const run = simulation(referring(), { templateReferencing: 'Secure' });
    const stored = { ...run.state.status.storedWorkflowTemplateSpec, podSpecPatch: '{}' };
    run.state = { ...run.state, status: { ...run.state.status, storedWorkflowTemplateSpec: stored } };
    run.restart();
    run.run();
    expect(told(run)).toBe(`Error ${changed}`);
  });
});
