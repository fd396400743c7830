import { describe, expect, it } from '@jest/globals';
import type { EnsurePod } from '@argosy/workflow-engine';
import { instant } from '@argosy/workflow-engine';
import type { Container, ContainerNode, Template, Workflow, WorkflowSpec } from '@argosy/workflow-spec';
import type { PodPlanContext } from './context.js';
import { planPod } from './plan-pod.js';

const now = Date.UTC(2026, 0, 1);
const base: Template = { name: 'build', container: { image: 'alpine', command: ['make'], args: ['all'] } };

function plan(
  template: Template = base,
  options: {
    command?: Partial<EnsurePod>;
    spec?: WorkflowSpec;
    delivery?: 'image-volume' | 'init-container';
  } = {},
) {
  const workflow: Workflow = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'wf', namespace: 'ci', uid: 'uid-1' },
    spec: options.spec ?? { volumes: ['work', 'own', 'd'].map((name) => ({ name, emptyDir: {} })) },
  };
  const command: EnsurePod = {
    type: 'EnsurePod',
    key: 'EnsurePod/wf-build-1',
    podName: 'wf-build-1',
    nodeId: 'wf-1',
    nodeName: 'wf.build',
    displayName: 'build',
    template,
    templateName: 'build',
    boundaryTemplate: null,
    includeScriptOutput: false,
    deadline: null,
    onExit: false,
    retryAttempt: null,
    avoidHosts: [],
    ...options.command,
  };
  const context: PodPlanContext = {
    workflow,
    supervisor: { image: 'argosy/executor:1', delivery: options.delivery ?? 'image-volume' },
    nowMs: now,
  };
  const pod = planPod(command, context);
  const [main] = pod?.spec?.containers ?? [];
  if (!pod?.spec || !main) throw new Error('no main container');
  return { pod, spec: pod.spec, main };
}
const envOf = (container: Container): Record<string, string | undefined> =>
  Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));

describe('the pod of a step', () => {
  it('is one container that runs the user’s command under the supervisor', () => {
    const { spec, main } = plan();
    expect(spec.containers).toHaveLength(1);
    expect(spec.initContainers).toBeUndefined();
    expect(main).toMatchObject({ name: 'main', image: 'alpine', args: ['all'] });
    expect(main.command).toEqual(['/argosy/supervisor', 'run', '--', 'make']);
    expect(spec).toMatchObject({ restartPolicy: 'Never', automountServiceAccountToken: false });
  });

  it('gets the supervisor from an image volume, or from a tiny init container on older clusters', () => {
    const image = { name: 'argosy', image: { reference: 'argosy/executor:1', pullPolicy: 'IfNotPresent' } };
    expect(plan().spec.volumes).toContainEqual(image);
    const { spec } = plan(base, { delivery: 'init-container' });
    expect(spec.volumes).toContainEqual({ name: 'argosy', emptyDir: {} });
    expect(spec.initContainers).toMatchObject([
      { name: 'init', image: 'argosy/executor:1', command: ['/supervisor', 'install', '/argosy/supervisor'] },
    ]);
  });

  it('says whose it is', () => {
    const { metadata } = plan(
      { ...base, metadata: { labels: { team: 'template' }, annotations: { note: 'x' } } },
      { spec: { podMetadata: { labels: { team: 'workflow', tier: '1' } } } },
    ).pod;
    expect(metadata).toEqual({
      name: 'wf-build-1',
      namespace: 'ci',
      labels: {
        team: 'template',
        tier: '1',
        'workflows.argoproj.io/workflow': 'wf',
        'workflows.argoproj.io/completed': 'false',
      },
      annotations: {
        note: 'x',
        'workflows.argoproj.io/node-id': 'wf-1',
        'workflows.argoproj.io/node-name': 'wf.build',
        'kubectl.kubernetes.io/default-container': 'main',
      },
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Workflow',
          name: 'wf',
          uid: 'uid-1',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
    expect(plan(base, { command: { onExit: true } }).pod.metadata?.labels).toMatchObject({
      'workflows.argoproj.io/on-exit': 'true',
    });
  });

  it('tells the program what Argo tells it, before the user’s own environment', () => {
    const env = [{ name: 'GREETING', value: 'hello $(ARGO_NODE_ID)' }];
    const { main } = plan({ ...base, container: { ...base.container, env } });
    expect(envOf(main)).toMatchObject({
      ARGO_CONTAINER_NAME: 'main',
      ARGO_NODE_ID: 'wf-1',
      ARGO_WORKFLOW_NAME: 'wf',
      ARGO_WORKFLOW_UID: 'uid-1',
      ARGO_INCLUDE_SCRIPT_OUTPUT: 'false',
      GREETING: 'hello $(ARGO_NODE_ID)',
    });
    expect(main.env?.at(-1)?.name).toBe('GREETING');
    expect(envOf(main)).toMatchObject({
      ARGO_PROGRESS_FILE: '/var/run/argo/progress',
      ARGO_PROGRESS_FILE_TICK_DURATION: '3s',
      ARGO_PROGRESS_PATCH_TICK_DURATION: '1m0s',
    });
    expect(main.env).toContainEqual({ name: 'ARGO_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } });
  });

  it('captures the result and collects parameters when they are wanted', () => {
    const outputs = {
      parameters: [
        { name: 'version', valueFrom: { path: '/tmp/version' } },
        { name: 'notes', valueFrom: { path: '/tmp/notes', default: 'costs $(HOME) $$' } },
        { name: 'none', valueFrom: { expression: '1' } },
      ],
    };
    const { main } = plan({ ...base, outputs }, { command: { includeScriptOutput: true } });
    expect(main.command).toEqual([
      '/argosy/supervisor',
      'run',
      '--result',
      '--parameter',
      'version=/tmp/version',
      '--parameter',
      'notes=/tmp/notes',
      '--default',
      'notes=costs $$(HOME) $$$$',
      '--',
      'make',
    ]);
  });

  it('ends at its deadline, whoever notices first', () => {
    const { spec, main } = plan(base, { command: { deadline: instant(now + 90_500) } });
    expect(spec.activeDeadlineSeconds).toBe(91);
    expect(envOf(main).ARGO_DEADLINE).toBe('2026-01-01T00:01:30Z');
    expect(plan(base, { command: { deadline: instant(now - 1) } }).spec.activeDeadlineSeconds).toBe(1);
  });

  it('gives a pod the time that its template says from its own start on, or what is left until its deadline', () => {
    const seconds = (deadline: number | null, activeDeadlineSeconds: number | string): number | undefined =>
      plan(
        { ...base, activeDeadlineSeconds },
        { command: { deadline: deadline === null ? null : instant(now + deadline * 1000) } },
      ).spec.activeDeadlineSeconds;
    expect(seconds(null, 30)).toBe(30);
    expect(seconds(null, '30')).toBe(30);
    expect(seconds(10, 30)).toBe(10);
    expect(seconds(90, 30)).toBe(30);
    expect(seconds(null, 0)).toBe(1);
  });

  it('leaves the supervisor less time than the pod has', () => {
    expect(envOf(plan().main).ARGO_TERMINATION_GRACE_PERIOD_SECONDS).toBeUndefined();
    const { spec, main } = plan({ ...base, podSpecPatch: 'terminationGracePeriodSeconds: 5' });
    expect(spec.terminationGracePeriodSeconds).toBe(5);
    expect(envOf(main).ARGO_TERMINATION_GRACE_PERIOD_SECONDS).toBe('5');
  });
});

describe('a script', () => {
  const script = (source: string): Template => ({
    name: 'build',
    script: { image: 'python', command: ['python'], source },
  });

  it('travels in the environment and is the last argument', () => {
    const { spec, main } = plan(script('print("$HOME $(x) $$")'));
    expect(main.command).toEqual(['/argosy/supervisor', 'run', '--script', '/argo/staging/script', '--', 'python']);
    expect(main.args).toEqual(['/argo/staging/script']);
    expect(envOf(main).ARGOSY_SCRIPT_0).toBe('print("$$HOME $$(x) $$$$")');
    expect(main.volumeMounts).toContainEqual({ name: 'argo-staging', mountPath: '/argo/staging' });
    expect(spec.volumes).toContainEqual({ name: 'argo-staging', emptyDir: {} });
  });

  it('of any length goes in parts that the kernel takes, cut between characters', () => {
    const source = '\ufeff' + 'é漢🚢'.repeat(40_000);
    const parts = Object.entries(envOf(plan(script(source)).main)).filter(([name]) =>
      name.startsWith('ARGOSY_SCRIPT_'),
    );
    expect(parts.map(([name]) => name)).toEqual([0, 1, 2, 3].map((i) => `ARGOSY_SCRIPT_${i}`));
    expect(parts.every(([, value]) => Buffer.byteLength(value ?? '') <= 96 * 1024)).toBe(true);
    expect(parts.map(([, value]) => value).join('')).toBe(source);
  });

  it('may be empty', () => {
    expect(envOf(plan(script('')).main).ARGOSY_SCRIPT_0).toBe('');
  });
});

describe('the template as its programs see it', () => {
  const templateOf = (template: Template): Template | undefined => {
    const text = envOf(plan(template).main).ARGO_TEMPLATE;
    return text === undefined ? undefined : (JSON.parse(text.replaceAll('$$', '$')) as Template);
  };

  it('is JSON in the environment, as long as it fits', () => {
    const template = { ...base, container: { ...base.container, args: ['$(HOME) $$'] } };
    expect(templateOf(template)).toEqual(template);
    expect(templateOf({ ...template, annotations: { a: 'x'.repeat(131_000) } })).toBeUndefined();
    const sidecars = Array.from({ length: 9 }, (_, i) => ({ name: `s${i}`, image: 'x' }));
    expect(templateOf({ ...template, annotations: { a: 'x'.repeat(60_000) }, sidecars })).toBeUndefined();
  });

  it('comes with the other names that Argo uses', () => {
    const env = envOf(plan().main);
    expect(env).toMatchObject({ ARGO_PROGRESS_FILE: '/var/run/argo/progress', ARGO_INSTANCE_ID: '' });
  });
});

describe('a container set', () => {
  const set: Template = {
    name: 'build',
    containerSet: {
      volumeMounts: [{ name: 'work', mountPath: '/w' }],
      retryStrategy: { retries: '2', duration: '1m30s' },
      containers: [
        { name: 'a', image: 'alpine', command: ['a'], volumeMounts: [{ name: 'own', mountPath: '/o' }] },
        { name: 'b', image: 'alpine', command: ['b'], args: ['x'], dependencies: ['a'] },
        { name: 'main', image: 'python', command: ['main'], dependencies: ['a', 'b'] },
      ],
    },
    outputs: { parameters: [{ name: 'p', valueFrom: { path: '/p' } }] },
  };

  it('is one pod of containers that wait for each other under their supervisors', () => {
    const { spec } = plan(set, { command: { includeScriptOutput: true } });
    const retries = ['--retries', '2', '--retry-pause', '90000'];
    const own = (name: string): string[] => [
      '/argosy/supervisor',
      'run',
      '--report',
      `/var/run/argo/termination-log-${name}`,
      '--exit-code',
      `/var/run/argo/ctr/${name}/exitcode`,
    ];
    const afterA = ['--after', 'a=/var/run/argo/ctr/a/exitcode'];
    const afterB = ['--after', 'b=/var/run/argo/ctr/b/exitcode'];
    expect(spec.containers.map(({ name, command }) => [name, command])).toEqual([
      ['a', [...own('a'), ...retries, '--', 'a']],
      ['b', [...own('b'), ...afterA, ...retries, '--', 'b']],
      ['main', [...own('main'), ...afterA, ...afterB, ...retries, '--result', '--parameter', 'p=/p', '--', 'main']],
    ]);
    const [a, b, main] = spec.containers;
    expect(b).toMatchObject({ args: ['x'], terminationMessagePath: '/var/run/argo/termination-log-b' });
    expect(b).not.toHaveProperty('dependencies');
    expect(envOf(main as Container).ARGO_CONTAINER_NAME).toBe('main');
    expect(a?.volumeMounts?.slice(2)).toEqual([
      { name: 'work', mountPath: '/w' },
      { name: 'own', mountPath: '/o' },
    ]);
  });

  it('mounts what any of its containers asks for, and sidecars can mirror it', () => {
    const volumes = ['work', 'own', 'unused'].map((name) => ({ name, emptyDir: {} }));
    const sidecars = [{ name: 'db', image: 'x', mirrorVolumeMounts: true }];
    const { spec } = plan({ ...set, sidecars }, { spec: { volumes } });
    expect(spec.volumes?.slice(2).map(({ name }) => name)).toEqual(['work', 'own']);
    expect(spec.initContainers?.[0]?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual([
      '/var/run/argo',
      '/w',
      '/o',
    ]);
  });

  it('shows the log of main, or of its first container', () => {
    const [a, b] = set.containerSet?.containers ?? [];
    const without = { name: 'build', containerSet: { containers: [a, b] as ContainerNode[] } };
    const of = (template: Template) =>
      plan(template).pod.metadata?.annotations?.['kubectl.kubernetes.io/default-container'];
    expect(of(set)).toBe('main');
    expect(of(without)).toBe('a');
  });

  it('is refused when it cannot be run', () => {
    const containers = [{ name: 'a', image: 'alpine', command: ['a'] }];
    expect(() => plan({ ...set, containerSet: { containers } })).toThrow('one of its containers must be named main');
    expect(() => plan({ name: 'build', containerSet: { containers: [{ name: 'main', image: 'x' }] } })).toThrow(
      'template "build.main" has no command',
    );
    const retryStrategy = { retries: 'often' };
    expect(() => plan({ name: 'build', containerSet: { containers, retryStrategy } })).toThrow('retryStrategy');
  });
});

describe('a resource template', () => {
  const resource = { action: 'create', manifest: 'kind: Job\nmetadata: {name: $(x)}' };
  const program = ['/argosy/supervisor', 'resource', 'create', '--manifest', '/argo/staging/manifest.yaml'];
  const reason = ['--reason', '/var/run/argo/reason'];

  it('runs the supervisor’s own program where there is a kubectl, with access to the API', () => {
    const { main, spec } = plan({ name: 'build', resource });
    expect(main.image).toMatch(/^registry\.k8s\.io\/kubectl:v/);
    expect(main.command).toEqual([
      ...['/argosy/supervisor', 'run', '--script', '/argo/staging/manifest.yaml', ...reason, '--'],
      ...[...program, ...reason],
    ]);
    expect(envOf(main).ARGOSY_SCRIPT_0).toBe(resource.manifest.replaceAll('$', '$$$$'));
    expect(spec.automountServiceAccountToken).toBe(true);
    expect(spec.volumes).toContainEqual({ name: 'argo-staging', emptyDir: {} });
  });

  it('passes on conditions, outputs and flags as they are written', () => {
    const { main } = plan({
      name: 'build',
      resource: {
        action: 'patch',
        mergeStrategy: 'merge',
        successCondition: 'status.succeeded > 0',
        failureCondition: 'status.failed > $(x)',
        flags: ['deployments', 'web'],
      },
      outputs: {
        parameters: [
          { name: 'ip', valueFrom: { jsonPath: '{.status.ip}' } },
          { name: 'names', valueFrom: { jqFilter: '.items[].name', default: 'none' } },
        ],
      },
    });
    const [ip, names] = ['/var/run/argo/output-0', '/var/run/argo/output-1'];
    expect(main.command).toEqual([
      ...['/argosy/supervisor', 'run', ...reason],
      ...['--parameter', `ip=${ip}`, '--parameter', `names=${names}`, '--default', 'names=none', '--'],
      ...['/argosy/supervisor', 'resource', 'patch', '--manifest', '/argo/staging/manifest.yaml', ...reason],
      ...['--strategy', 'merge', '--success', 'status.succeeded > 0', '--failure', 'status.failed > $$(x)'],
      ...['--json-path', `${ip}={.status.ip}`, '--jq', `${names}=.items[].name`, '--may-miss', names],
      ...['--', 'deployments', 'web'],
    ]);
  });

  it('makes the workflow the owner of its object when asked to', () => {
    const manifestOf = (manifest: string): unknown =>
      JSON.parse(
        envOf(plan({ name: 'build', resource: { action: 'create', manifest, setOwnerReference: true } }).main)
          .ARGOSY_SCRIPT_0 ?? '',
      );
    expect(manifestOf('kind: Job\nmetadata:\n  name: x\n')).toEqual({
      kind: 'Job',
      metadata: {
        name: 'x',
        ownerReferences: [
          {
            apiVersion: 'argoproj.io/v1alpha1',
            kind: 'Workflow',
            name: 'wf',
            uid: 'uid-1',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
    });
    expect(manifestOf('kind: Job\nspec: {defaultMode: 0644}\nmetadata: {\n"name": "x"}\n')).toMatchObject({
      metadata: { name: 'x' },
      spec: { defaultMode: 0o644 },
    });
    expect(() => manifestOf(': :')).toThrow('is not YAML');
    expect(() => manifestOf('text')).toThrow('can have no owner');
  });

  it('is refused when its manifest is an artifact', () => {
    const manifestFrom = { artifact: { name: 'm' } };
    expect(() => plan({ name: 'build', resource: { action: 'create', manifestFrom } })).toThrow('from an artifact');
  });
});

describe('what the pod takes from template and workflow', () => {
  it('is the template’s before the enclosing template’s before the workflow’s', () => {
    const of = (name: string) => ({ nodeSelector: { from: name }, tolerations: [{ key: name }] });
    const spec = of('workflow');
    const command = { boundaryTemplate: { name: 'steps', ...of('boundary') } };
    expect(plan({ ...base, ...of('template') }, { spec, command }).spec).toMatchObject(of('template'));
    expect(plan(base, { spec, command }).spec).toMatchObject(of('boundary'));
    expect(plan(base, { spec }).spec).toMatchObject(spec);
  });

  it('covers every field a workflow may set for its pods', () => {
    const spec: WorkflowSpec = {
      serviceAccountName: 'deployer',
      securityContext: { runAsUser: 1000 },
      imagePullSecrets: [{ name: 'registry' }],
      hostNetwork: true,
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.0.0.1'] },
      schedulerName: 'batch',
      podPriorityClassName: 'high',
      hostAliases: [{ ip: '10.0.0.2', hostnames: ['a'] }],
    };
    const template: Template = { ...base, hostAliases: [{ ip: '10.0.0.3', hostnames: ['b'] }] };
    expect(plan(template, { spec }).spec).toMatchObject({
      serviceAccountName: 'deployer',
      automountServiceAccountToken: true,
      securityContext: { runAsUser: 1000 },
      imagePullSecrets: [{ name: 'registry' }],
      hostNetwork: true,
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.0.0.1'] },
      schedulerName: 'batch',
      priorityClassName: 'high',
      hostAliases: [
        { ip: '10.0.0.2', hostnames: ['a'] },
        { ip: '10.0.0.3', hostnames: ['b'] },
      ],
    });
    const off = plan(base, { spec: { ...spec, automountServiceAccountToken: false } });
    expect(off.spec.automountServiceAccountToken).toBe(false);
  });

  it('needs every volume that it mounts, whatever a patch would add', () => {
    const volumeMounts = [{ name: 'gone', mountPath: '/g' }];
    const container = { ...base.container, volumeMounts };
    const message = "volume 'gone' not found in workflow spec";
    expect(() => plan({ ...base, container })).toThrow(message);
    const podSpecPatch = 'volumes: [{ name: gone, emptyDir: {} }]';
    expect(() => plan({ ...base, container, podSpecPatch })).toThrow(message);
    const sidecars = [{ name: 's', image: 'alpine', command: ['s'], volumeMounts }];
    expect(() => plan({ ...base, sidecars })).toThrow(message);
  });

  it('mounts the workflow’s volumes and claims where the template uses them', () => {
    const spec: WorkflowSpec = {
      volumes: [
        { name: 'secret', secret: { secretName: 's' } },
        { name: 'unused', emptyDir: {} },
      ],
      volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: {} }],
    };
    const volumeMounts = [
      { name: 'secret', mountPath: '/s' },
      { name: 'work', mountPath: '/w' },
    ];
    const template: Template = {
      ...base,
      volumes: [{ name: 'own', emptyDir: {} }],
      container: { ...base.container, volumeMounts },
    };
    const { volumes } = plan(template, { spec }).spec;
    expect(volumes?.slice(2)).toEqual([
      { name: 'own', emptyDir: {} },
      { name: 'secret', secret: { secretName: 's' } },
      { name: 'work', persistentVolumeClaim: { claimName: 'wf-work' } },
    ]);
  });

  it('keeps away from the hosts of earlier attempts, beside what the user asked for', () => {
    const zone = { key: 'zone', operator: 'In', values: ['a'] };
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [zone] }] },
      },
    };
    const { spec } = plan({ ...base, affinity }, { command: { avoidHosts: ['node-1'] } });
    const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    const away = { key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['node-1'] };
    expect(terms).toEqual([{ matchExpressions: [zone, away] }]);
    expect(plan(base, { command: { avoidHosts: ['node-1'] } }).spec.affinity).toBeDefined();
    expect(plan().spec.affinity).toBeUndefined();
  });
});

describe('containers besides main', () => {
  const beside = {
    name: 'db',
    image: 'postgres',
    mirrorVolumeMounts: true,
    volumeMounts: [{ name: 'd', mountPath: '/d' }],
  };
  const template: Template = {
    ...base,
    container: { ...base.container, volumeMounts: [{ name: 'work', mountPath: '/w' }] },
    initContainers: [{ name: 'fetch', image: 'git' }],
    sidecars: [beside],
  };

  it('start before main and, when they are sidecars, end after it', () => {
    const { initContainers, containers } = plan(template, { delivery: 'init-container' }).spec;
    expect(initContainers?.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
      ['init', undefined],
      ['fetch', undefined],
      ['db', 'Always'],
    ]);
    expect(containers.map(({ name }) => name)).toEqual(['main']);
  });

  it('run under the supervisor when they are sidecars and their command is known', () => {
    const of = (command?: string[]) =>
      plan({ ...base, sidecars: [{ name: 'db', image: 'postgres', ...(command && { command }) }] }).spec
        .initContainers?.[0];
    expect(of(['sh', '-c'])).toMatchObject({
      command: ['/argosy/supervisor', 'run', '--report', '/dev/null', '--', 'sh', '-c'],
      volumeMounts: [{ name: 'argosy', mountPath: '/argosy', readOnly: true }, { name: 'var-run-argo' }],
    });
    expect(of()).not.toHaveProperty('command');
  });

  it('see what main sees of the user’s volumes when they ask for it', () => {
    const sidecar = plan(template).spec.initContainers?.at(-1);
    expect(sidecar).not.toHaveProperty('mirrorVolumeMounts');
    expect(sidecar?.volumeMounts).toEqual([
      { name: 'var-run-argo', mountPath: '/var/run/argo' },
      { name: 'd', mountPath: '/d' },
      { name: 'work', mountPath: '/w' },
    ]);
  });
});

describe('podSpecPatch', () => {
  it('puts containers that it adds before those that are there, as Kubernetes does', () => {
    const patch = { initContainers: [{ name: 'first', image: 'x' }], containers: [{ name: 'beside', image: 'x' }] };
    const { spec } = plan({ ...base, podSpecPatch: JSON.stringify(patch) });
    expect(spec.initContainers?.[0]?.name).toBe('first');
    expect(spec.containers.map(({ name }) => name)).toEqual(['beside', 'main']);
  });

  it('is read as Kubernetes reads YAML', () => {
    const podSpecPatch = 'hostNetwork: yes\nvolumes: [{name: v, configMap: {name: c, defaultMode: 0755}}]';
    const { spec } = plan({ ...base, podSpecPatch });
    expect(spec.hostNetwork).toBe(true);
    expect(spec.volumes).toContainEqual({ name: 'v', configMap: { name: 'c', defaultMode: 0o755 } });
  });

  it('is merged as Kubernetes merges it, the workflow’s first', () => {
    const { main, spec } = plan(
      { ...base, podSpecPatch: '{"containers":[{"name":"main","resources":{"limits":{"memory":"2Gi"}}}]}' },
      {
        spec: {
          podSpecPatch:
            'runtimeClassName: gvisor\ncontainers:\n  - name: main\n    resources: {limits: {cpu: "1", memory: 1Gi}}\n',
        },
      },
    );
    expect(spec).toMatchObject({ runtimeClassName: 'gvisor' });
    expect(main.resources).toEqual({ limits: { cpu: '1', memory: '2Gi' } });
    expect(main.image).toBe('alpine');
  });

  it('leaves out what it says about containers of Argo that are not there', () => {
    const patch = {
      initContainers: [{ name: 'init', resources: { limits: { memory: '1Gi' } } }],
      containers: [
        { name: 'wait', image: 'argoexec', resources: { limits: { memory: '1Gi' } } },
        { name: 'main', tty: true },
      ],
    };
    const { spec } = plan({ ...base, podSpecPatch: JSON.stringify(patch) });
    expect(spec.initContainers ?? []).toEqual([]);
    expect(spec.containers).toMatchObject([{ name: 'main', tty: true }]);
    const installed = plan({ ...base, podSpecPatch: JSON.stringify(patch) }, { delivery: 'init-container' }).spec;
    expect(installed.initContainers).toMatchObject([{ name: 'init', resources: { limits: { memory: '1Gi' } } }]);
  });

  it('can remove and replace', () => {
    const patch = 'volumes:\n  - {name: var-run-argo, $patch: delete}\nrestartPolicy: null\ntolerations: [{key: x}]';
    const { spec } = plan({ ...base, tolerations: [{ key: 'y' }], podSpecPatch: patch });
    expect(spec.volumes?.map(({ name }) => name)).toEqual(['argosy']);
    expect(spec).not.toHaveProperty('restartPolicy');
    expect(spec.tolerations).toEqual([{ key: 'x' }]);
  });

  it('may say what is run, which is under the supervisor nevertheless', () => {
    const { main } = plan({ ...base, podSpecPatch: 'containers: [{name: main, command: [ninja], args: [-j4]}]' });
    expect(main).toMatchObject({ command: ['/argosy/supervisor', 'run', '--', 'ninja'], args: ['-j4'] });
    const { container: _container, ...rest } = base;
    const patched = plan({
      ...rest,
      container: { image: 'x' },
      podSpecPatch: 'containers: [{name: main, command: [x]}]',
    });
    expect(patched.main.command).toEqual(['/argosy/supervisor', 'run', '--', 'x']);
  });

  it.each([': :', '[1', 'just text', '- a list'])('that is no object is refused: %s', (podSpecPatch) => {
    expect(() => plan({ ...base, podSpecPatch })).toThrow(/^Error applying PodSpecPatch: it /);
  });
});

describe('a pod that can never be', () => {
  it.each<[Template, string]>([
    [{ inputs: { artifacts: [{ name: 'code', path: '/src' }] } }, 'takes the artifact "code"'],
    [{ outputs: { artifacts: [{ name: 'binary', path: '/out' }] } }, 'makes the artifact "binary"'],
  ])('a step whose files nobody would move is not run: %j', (more, problem) => {
    const template: Template = { name: 'build', container: { image: 'alpine', command: ['true'] }, ...more };
    expect(() => plan(template)).toThrow(problem);
    const optional = JSON.parse(JSON.stringify(template).replaceAll('"path"', '"optional":true,"path"')) as Template;
    expect(() => plan(optional)).not.toThrow();
  });

  it('is refused when its kind is carried out otherwise, or not yet', () => {
    const data = { source: {}, transformation: [] };
    expect(() => plan({ name: 'build', data })).toThrow('is of kind data: what it lists are artifacts');
    expect(() => plan({ name: 'build', http: { url: 'http://x' } })).toThrow('is of kind http, which makes no pod');
  });
});
