import { describe, expect, it } from '@jest/globals';
import type { Container, Pod, PodGC, PodSpec, Template, WorkflowSpec } from '@argosy/workflow-spec';
import { planPod } from './plan-pod.js';

const base: Template = { name: 't', container: { image: 'x', command: ['x'] } };

const plan = (template: Template, spec?: WorkflowSpec): PodSpec => planned(template, spec)?.spec as PodSpec;

function planned(template: Template, spec: WorkflowSpec = {}): Pod | null {
  return planPod(
    {
      type: 'EnsurePod',
      key: 'EnsurePod/wf-t-1',
      podName: 'wf-t-1',
      nodeId: 'wf-1',
      nodeName: 'wf.t',
      displayName: 't',
      template,
      templateName: 't',
      boundaryTemplate: null,
      includeScriptOutput: false,
      deadline: null,
      onExit: false,
      retryAttempt: null,
      avoidHosts: [],
    },
    {
      workflow: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name: 'wf' }, spec },
      supervisor: { image: 'argosy/executor:1', delivery: 'image-volume' },
      nowMs: Date.UTC(2026, 0, 1),
    },
  );
}

describe('fields that a template and the workflow both have', () => {
  const claims = (name: string) => [{ name, resourceClaimTemplateName: 'gpu' }];
  const cases: readonly [keyof WorkflowSpec & keyof Template, string, unknown, unknown][] = [
    ['serviceAccountName', 'serviceAccountName', 'of-workflow', 'of-template'],
    ['automountServiceAccountToken', 'automountServiceAccountToken', true, false],
    ['schedulerName', 'schedulerName', 'of-workflow', 'of-template'],
    ['securityContext', 'securityContext', { runAsUser: 1 }, { runAsUser: 2 }],
    ['affinity', 'affinity', { podAffinity: {} }, { podAntiAffinity: {} }],
    ['podResources', 'resources', { limits: { cpu: '1' } }, { limits: { cpu: '2' } }],
    ['resourceClaims', 'resourceClaims', claims('a'), claims('b')],
  ];

  it.each(cases)('%s is the template’s, else the workflow’s', (field, ofPod, general, particular) => {
    expect(plan(base)).not.toHaveProperty(ofPod, general);
    expect(plan(base, { [field]: general })).toHaveProperty(ofPod, general);
    expect(plan({ ...base, [field]: particular }, { [field]: general })).toHaveProperty(ofPod, particular);
  });

  it('the priority class has a name of its own in each', () => {
    const spec = { podPriorityClassName: 'low' };
    expect(plan(base, spec).priorityClassName).toBe('low');
    expect(plan({ ...base, priorityClassName: 'high' }, spec).priorityClassName).toBe('high');
  });
});

describe('what is said of a container', () => {
  const fields: Partial<Container> = {
    imagePullPolicy: 'Always',
    workingDir: '/src',
    envFrom: [{ configMapRef: { name: 'settings' } }],
    ports: [{ containerPort: 80 }],
    resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } },
    livenessProbe: { tcpSocket: { port: 80 } },
    readinessProbe: { httpGet: { path: '/', port: 80 } },
    startupProbe: { exec: { command: ['true'] } },
    lifecycle: { preStop: { exec: { command: ['sync'] } } },
    securityContext: { readOnlyRootFilesystem: true },
    volumeDevices: [{ name: 'disk', devicePath: '/dev/xvda' }],
    resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
    stdin: true,
    stdinOnce: true,
    tty: true,
  };
  const named = { ...fields, name: 'a', image: 'x', command: ['x'] };

  it.each<[string, Template]>([
    ['container', { name: 't', container: { ...base.container, ...fields } }],
    ['script', { name: 't', script: { ...fields, image: 'x', command: ['x'], source: 'x' } }],
    ['containerSet', { name: 't', containerSet: { containers: [named] } }],
  ])('of kind %s is said of its container in the pod', (_kind, template) => {
    expect(plan(template).containers[0]).toMatchObject(fields);
  });

  it('is said of init containers and sidecars', () => {
    const { initContainers } = plan({ ...base, initContainers: [named], sidecars: [named] });
    expect(initContainers).toEqual([expect.objectContaining(fields), expect.objectContaining(fields)]);
  });
});

it.each<[PodGC | undefined, string | undefined]>([
  [undefined, undefined],
  [{ strategy: 'OnPodCompletion' }, 'OnPodCompletion/5s'],
  [{ strategy: 'OnWorkflowSuccess', deleteDelayDuration: '1m30s' }, 'OnWorkflowSuccess/90s'],
  [{ deleteDelayDuration: '1500ms' }, '/1.5s'],
])('the pod says when it is garbage: %j', (podGC, told) => {
  const pod = planned(base, podGC && { podGC });
  expect(pod?.metadata?.annotations?.['workflows.argoproj.io/pod-gc-strategy']).toBe(told);
});
