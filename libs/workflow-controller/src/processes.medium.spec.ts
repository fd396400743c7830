import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FrameFilter } from '@argosy/executor-protocol';
import type { KubeObject } from '@argosy/kube';
import { resources } from '@argosy/kube';
import { startLocalCluster } from '@argosy/local-cluster';
import type { LocalCluster } from '@argosy/local-cluster';
import { isFinalWorkflowPhase } from '@argosy/workflow-engine';
import type {
  ContainerNode,
  NodeStatus,
  Parameter,
  Pod,
  Template,
  Workflow,
  WorkflowSpec,
} from '@argosy/workflow-spec';
import { parse } from 'yaml';
import { WorkflowController } from './controller.js';

const root = resolve(import.meta.dirname, '../../..');
const image = 'argosy/executor';
const kinds: [string, NodeJS.ProcessEnv][] = [['node', { ARGOSY_NO_C_COMPILER: '1' }]];
if (spawnSync('gcc', ['--version']).status === 0) kinds.unshift(['C', {}]);

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** A step that runs a line of shell; `out` are files to be collected. */
const sh = (name: string, line: string, out: Record<string, string> = {}, extra: Template = {}): Template => ({
  name,
  container: { name: '', image: 'any', command: ['sh', '-c'], args: [line] },
  outputs: { parameters: Object.entries(out).map(([key, path]): Parameter => ({ name: key, valueFrom: { path } })) },
  ...extra,
});

describe.each(kinds)('workflows as processes under the supervisor in %s', (kind, env) => {
  const folder = mkdtempSync(join('/var/tmp', `argosy-controller-${kind}-`));
  let cluster: LocalCluster;
  let controller: WorkflowController;
  let changed: () => void = () => undefined;

  beforeAll(async () => {
    const executor = join(folder, 'executor');
    const built = spawnSync(process.execPath, [join(root, 'scripts/build-supervisor.mjs'), '--to', executor], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(built.stderr);
    const dataDir = join(folder, 'data');
    cluster = await startLocalCluster({
      name: 'test',
      dataDir,
      survives: false,
      imageVolumes: { [image]: executor },
      http: { port: 0 },
    });
    controller = new WorkflowController({
      kube: cluster.api,
      supervisor: { image, delivery: 'image-volume' },
      onRunChanged: async () => changed(),
      onPod: () => changed(),
    });
    await controller.start();
  }, 60_000);
  afterAll(async () => {
    await controller.stop();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => void (changed = () => undefined));

  /** Below the range from which the kernel hands out ports by itself. */
  const port = 20_000 + (process.pid % 10_000);
  let count = 0;
  async function submit(templates: Template[], spec: WorkflowSpec = {}): Promise<string> {
    const name = `${kind.toLowerCase()}-${++count}`;
    await cluster.api.create<Workflow>(resources.workflows, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { name, namespace: 'default' },
      spec: { entrypoint: 'main', templates, ...spec },
    });
    return name;
  }
  const get = (name: string): Promise<Workflow> =>
    cluster.api.get<Workflow>({ type: resources.workflows, namespace: 'default', name });
  async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const next = new Promise<void>((done) => (changed = done));
      const found = await look();
      if (found !== undefined) return found;
      await next;
    }
  }
  const ended = (name: string): Promise<Workflow> =>
    until(async () => {
      const workflow = await get(name);
      return isFinalWorkflowPhase(workflow.status?.phase) ? workflow : undefined;
    });
  const node = ({ status }: Workflow, displayName: string): NodeStatus | undefined =>
    Object.values<NodeStatus>(status?.nodes ?? {}).find((candidate) => candidate.displayName === displayName);
  const parameter = (workflow: Workflow, displayName: string): unknown =>
    node(workflow, displayName)?.outputs?.parameters?.[0]?.value;

  it('hand results, parameters and a shared volume from step to step', async () => {
    const mount = { volumeMounts: [{ name: 'work', mountPath: '/argosy-test-work' }] };
    const volumes: WorkflowSpec = {
      volumeClaimTemplates: [
        {
          metadata: { name: 'work' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
        },
      ],
    };
    const make: Template = {
      name: 'make',
      script: {
        name: '',
        image: 'any',
        command: ['sh'],
        source:
          'x=$((6 * 7))\necho "$$ is a number" | grep -q "^[0-9]* is" || exit 1\necho shared > /argosy-test-work/f\necho $x',
        ...mount,
      },
    };
    const use = sh('use', 'echo "{{inputs.parameters.n}} $(cat /argosy-test-work/f)" > /tmp/out', { out: '/tmp/out' });
    const name = await submit(
      [
        {
          name: 'main',
          steps: [
            [{ name: 'make', template: 'make' }],
            [
              {
                name: 'use',
                template: 'use',
                arguments: { parameters: [{ name: 'n', value: '{{steps.make.outputs.result}}' }] },
              },
            ],
          ],
        },
        make,
        {
          ...use,
          inputs: { parameters: [{ name: 'n' }] },
          container: { ...use.container, name: '', ...mount },
        },
      ],
      volumes,
    );
    const workflow = await ended(name);
    expect(workflow.status).toMatchObject({ phase: 'Succeeded', progress: '2/2' });
    expect(node(workflow, 'make')?.outputs).toMatchObject({ result: '42', exitCode: '0' });
    expect(parameter(workflow, 'use')).toBe('42 shared');
  }, 60_000);

  it('bring 256 KiB of outputs through the log, which stays readable', async () => {
    const line = 'echo before; head -c 262144 /dev/zero | tr "\\\\0" x > /tmp/big; printf after';
    const name = await submit([sh('main', line, { big: '/tmp/big' })]);
    const workflow = await ended(name);
    expect(workflow.status?.phase).toBe('Succeeded');
    expect(parameter(workflow, name)).toBe('x'.repeat(262_144));
    const filter = new FrameFilter((text: string) => text);
    let log = '';
    for await (const chunk of cluster.api.logs({ type: resources.pods, namespace: 'default', name }))
      log += Buffer.from(chunk).toString();
    const lines = log.split('\n').flatMap((text) => filter.push(text));
    expect(lines.filter((text) => text !== '')).toEqual(['before', 'after']);
  }, 60_000);

  it('tell whose fault a failure is', async () => {
    const failed = await ended(await submit([sh('main', 'exit 3')]));
    expect(failed.status).toMatchObject({ phase: 'Failed', message: 'main: Error (exit code 3)' });
    const missing = await submit([sh('main', 'true', { gone: '/tmp/gone' })]);
    expect(node(await ended(missing), missing)).toMatchObject({
      phase: 'Error',
      message: 'cannot read output parameter gone from /tmp/gone: No such file or directory',
    });
    const absent = await submit([
      { name: 'main', container: { name: '', image: 'any', command: ['argosy-no-such-program'] } },
    ]);
    expect(node(await ended(absent), absent)).toMatchObject({
      phase: 'Failed',
      message:
        'main: Error (exit code 64): failed to find name in PATH: exec: "argosy-no-such-program": executable file not found in $PATH',
    });
  }, 60_000);

  it('say how far they have come', async () => {
    const name = await submit([sh('main', 'echo 3/9 >"$ARGO_PROGRESS_FILE"; exit 1')]);
    expect(node(await ended(name), name)).toMatchObject({ phase: 'Failed', progress: '3/9' });
  }, 60_000);

  it('end at their deadline', async () => {
    const name = await submit([sh('main', 'sleep 600', {}, { activeDeadlineSeconds: 1 })]);
    expect(node(await ended(name), name)).toMatchObject({
      phase: 'Failed',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  }, 60_000);

  it('are stopped with a signal they may use, and leave their exit handler to run', async () => {
    const name = await submit(
      [
        sh('main', 'trap "echo goodbye; exit 0" TERM; echo ready; while :; do sleep 0.05; done'),
        sh('exit', 'echo {{workflow.status}} > /tmp/s', { s: '/tmp/s' }),
      ],
      { onExit: 'exit' },
    );
    await until(async () => (node(await get(name), name)?.phase === 'Running' ? true : undefined));
    let log = '';
    const pod = { type: resources.pods, namespace: 'default', name };
    for await (const chunk of cluster.api.logs(pod, { container: 'main', follow: true })) {
      if (log === '') expect(await controller.applyIntent('default', name, { type: 'StopRun' })).toEqual({ ok: true });
      log += Buffer.from(chunk).toString();
    }
    expect(log).toMatch(/^ready\n[^]*goodbye\n$/);
    const workflow = await ended(name);
    expect(workflow.status?.phase).toBe('Failed');
    expect(node(workflow, `${name}.onExit`)).toMatchObject({ phase: 'Succeeded' });
    expect(parameter(workflow, `${name}.onExit`)).toBe('Failed');
  }, 60_000);

  it('have sidecars for as long as main runs', async () => {
    const template = sh('main', 'while [ ! -f /var/run/argo/up ]; do sleep 0.02; done; echo done');
    const sidecars = [
      { name: 'helper', image: 'any', command: ['sh', '-c', 'touch /var/run/argo/up; while :; do sleep 0.05; done'] },
    ];
    expect((await ended(await submit([{ ...template, sidecars }]))).status?.phase).toBe('Succeeded');
  }, 60_000);

  it('run the containers of a set as they wait for each other', async () => {
    const member = (name: string, line: string, ...dependencies: string[]): ContainerNode => ({
      name,
      image: 'any',
      command: ['sh', '-c', line],
      dependencies,
    });
    const file = '/var/run/argo/trace';
    const containers = [
      member('main', `cat ${file} > /tmp/trace; echo result`, 'b', 'c'),
      member('b', `[ -f ${file}.tried ] || { touch ${file}.tried; exit 1; }; echo b >> ${file}`, 'a'),
      member('c', `echo c > ${file}.c`, 'a'),
      member('a', `sleep 0.3; echo a >> ${file}`),
    ];
    const main: Template = {
      name: 'main',
      containerSet: { containers, retryStrategy: { retries: 1 } },
      outputs: { parameters: [{ name: 'trace', valueFrom: { path: '/tmp/trace' } }] },
    };
    const name = await submit([main]);
    const workflow = await ended(name);
    expect(parameter(workflow, name)).toBe('a\nb');
    expect(node(workflow, name)).toMatchObject({ phase: 'Succeeded', outputs: { exitCode: '0' } });
    expect(['a', 'b', 'c', 'main'].map((container) => node(workflow, container)?.phase)).toEqual(
      Array(4).fill('Succeeded'),
    );
  }, 60_000);

  it('end with the container of a set that fails', async () => {
    const containers: ContainerNode[] = [
      { name: 'main', image: 'any', command: ['sh', '-c', 'sleep 600'] },
      { name: 'bad', image: 'any', command: ['sh', '-c', 'exit 3'] },
      { name: 'after', image: 'any', command: ['true'], dependencies: ['bad'] },
    ];
    const name = await submit([{ name: 'main', containerSet: { containers } }]);
    const workflow = await ended(name);
    expect(workflow.status).toMatchObject({ phase: 'Failed', message: 'bad: Error (exit code 3)' });
    expect(node(workflow, 'bad')).toMatchObject({ phase: 'Failed', message: 'bad: Error (exit code 3)' });
    // It gives up over `bad` unless the end of the whole pod comes first.
    expect(node(workflow, 'after')?.message).toMatch(
      /^after: Error \(exit code (64\): dependency "bad" exited with non-zero code: 3|143\))$/,
    );
    expect(node(workflow, 'main')).toMatchObject({ phase: 'Failed', message: 'main: Error (exit code 143)' });
  }, 60_000);

  if (hasKubectl) {
    it('act on objects of the cluster, wait for them, and read them', async () => {
      const kubeconfig = { name: 'KUBECONFIG', value: cluster.http?.kubeconfig ?? '' };
      const podSpecPatch = JSON.stringify({ containers: [{ name: 'main', env: [kubeconfig] }] });
      const name = `${kind.toLowerCase()}-object`;
      const make: Template = {
        name: 'make',
        podSpecPatch,
        resource: {
          action: 'create',
          setOwnerReference: true,
          manifest: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {state: new, text: "$(x) é"}\n`,
          successCondition: 'data.state = ready',
          flags: ['--validate=false'],
        },
        outputs: {
          parameters: [
            { name: 'text', valueFrom: { jsonPath: '{.data.text}' } },
            { name: 'none', valueFrom: { jsonPath: '{.data.none}' } },
            { name: 'bad', valueFrom: { jsonPath: '{.data[', default: 'unreadable' } },
          ],
        },
      };
      const ref = { type: resources.configMaps, namespace: 'default', name };
      const workflowName = await submit([{ name: 'main', steps: [[{ name: 'make', template: 'make' }]] }, make]);
      const found = new AbortController();
      const fieldSelector = `metadata.name=${name}`;
      let object: KubeObject | undefined;
      for await (const event of cluster.api.watch<KubeObject>(ref.type, { fieldSelector, signal: found.signal })) {
        if (event.type !== 'ADDED') continue;
        ({ object } = event);
        found.abort();
      }
      expect(object?.metadata?.ownerReferences).toMatchObject([{ kind: 'Workflow', name: workflowName }]);
      await cluster.api.patch(ref, 'merge', { data: { state: 'ready' } });
      const workflow = await ended(workflowName);
      expect(node(workflow, 'make')).toMatchObject({
        phase: 'Succeeded',
        outputs: {
          parameters: [
            { name: 'text', value: '$(x) é' },
            { name: 'none', value: '' },
            { name: 'bad', value: 'unreadable' },
          ],
        },
      });
      const again = await ended(await submit([{ ...make, name: 'main', outputs: {} }]));
      expect(again.status).toMatchObject({ phase: 'Failed', message: expect.stringContaining('already exists') });
    }, 60_000);
  }

  const example = (name: string): WorkflowSpec => {
    const text = readFileSync(join(root, 'examples/workflows', `${name}.yaml`), 'utf8');
    return (parse(text.replaceAll('18080', String(port))) as Workflow).spec;
  };

  it('run the examples of daemons, requests and container sets', async () => {
    const { templates: withServer = [], ...first } = example('daemon-and-http');
    const asked = await ended(await submit(withServer, first));
    expect(asked.status?.phase).toBe('Succeeded');
    expect(node(asked, 'show')?.inputs?.parameters?.[0]?.value).toBe('["hello from /one","hello from /two"]');
    const { templates: set = [], ...second } = example('container-set');
    const name = await submit(set, second);
    expect(parameter(await ended(name), name)).toBe('61');
  }, 60_000);

  it('use a daemon by its address, which ends with the steps around it', async () => {
    const serve = `require('http').createServer((_, answer) => answer.end('served')).listen(${port})`;
    const server: Template = {
      name: 'server',
      daemon: true,
      container: {
        name: '',
        image: 'any',
        command: [process.execPath, '-e', serve],
        readinessProbe: { httpGet: { path: '/', port }, periodSeconds: 1 },
      },
    };
    const ask = `fetch('http://{{inputs.parameters.ip}}:${port}').then((answer) => answer.text()).then(console.log)`;
    const client: Template = {
      name: 'client',
      inputs: { parameters: [{ name: 'ip' }] },
      container: { name: '', image: 'any', command: [process.execPath, '-e', ask] },
    };
    const ip = { parameters: [{ name: 'ip', value: '{{steps.server.ip}}' }] };
    const result = { parameters: [{ name: 'r', valueFrom: { parameter: '{{steps.client.outputs.result}}' } }] };
    const main: Template = {
      name: 'main',
      outputs: result,
      steps: [[{ name: 'server', template: 'server' }], [{ name: 'client', template: 'client', arguments: ip }]],
    };
    const workflow = await ended(await submit([main, server, client]));
    expect(workflow.status?.phase).toBe('Succeeded');
    expect(parameter(workflow, workflow.metadata.name ?? '')).toBe('served');
    expect(node(workflow, 'server')).toMatchObject({ phase: 'Succeeded', podIP: '127.0.0.1' });
    await until(async () => {
      const { items } = await cluster.api.list<Pod>(resources.pods);
      return items.every(({ status }) => status?.phase !== 'Running') ? true : undefined;
    });
  }, 60_000);
});
