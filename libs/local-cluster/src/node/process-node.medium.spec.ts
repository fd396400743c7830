import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InMemoryKube, KubeObject } from '@argosy/kube';
import { createInMemoryKube, resources } from '@argosy/kube';
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { Tier } from './isolation/isolation.js';
import type { ProcessNode, ProcessNodeOptions } from './process-node.js';
import { startProcessNode } from './process-node.js';

type PodObject = Pod & KubeObject;
const namespace = 'default';
const refTo = (name: string) => ({ type: resources.pods, namespace, name });
const shell = (script: string, extra: Partial<Container> = {}): Container => ({
  name: 'main',
  image: 'any',
  command: ['sh', '-c', script],
  ...extra,
});

let dataDir: string;
let kube: InMemoryKube;
let node: ProcessNode | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'argosy-node-'));
  kube = createInMemoryKube();
});
afterEach(async () => {
  await node?.stop();
  node = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(options: Partial<ProcessNodeOptions> = {}): Promise<ProcessNode> {
  const errors = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
  node = await startProcessNode({ api: kube, dataDir, onError: errors, ...options });
  kube.attachLogs((pod, logOptions) => (node as ProcessNode).logs(pod, logOptions));
  return node;
}
const createPod = (name: string, spec: Partial<PodSpec>): Promise<PodObject> =>
  kube.create<PodObject>(resources.pods, {
    metadata: { name, namespace, labels: { app: name } },
    spec: { restartPolicy: 'Never', containers: [shell('true')], ...spec },
  });

/** Follows a pod until it is as asked; undefined once it is deleted. */
async function until(name: string, holds: (pod: PodObject) => boolean): Promise<PodObject | undefined> {
  const aborter = new AbortController();
  const fieldSelector = `metadata.name=${name}`;
  for await (const event of kube.watch<PodObject>(resources.pods, {
    namespace,
    fieldSelector,
    signal: aborter.signal,
  })) {
    if (event.type === 'BOOKMARK') continue;
    if (event.type === 'DELETED' || holds(event.object)) {
      aborter.abort();
      return event.type === 'DELETED' ? undefined : event.object;
    }
  }
  return undefined;
}
const isOver = (pod: PodObject): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
const isRunning = (pod: PodObject): boolean => pod.status?.phase === 'Running';
async function end(name: string): Promise<PodObject> {
  const pod = await until(name, isOver);
  if (!pod) throw new Error(`pod ${name} was deleted`);
  return pod;
}
const terminated = (pod: PodObject, container = 'main') =>
  [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
    ({ name }) => name === container,
  )?.state?.terminated;
async function logs(name: string, options: Parameters<InMemoryKube['logs']>[1] = {}): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of kube.logs(refTo(name), { container: 'main', ...options })) parts.push(part);
  return Buffer.concat(parts).toString();
}

const TIERS: Tier[] = ['overlay', 'user-overlay', 'user-bind', 'plain'];
/** Where a mount can appear in a view of this kind: only an overlay can make any path. */
const mountPathOf = (tier: Tier): string =>
  tier === 'user-bind' || tier === 'plain' ? '/run/argosy-test' : '/opt/a/b';

describe.each(TIERS)('a node with %s isolation', (tier) => {
  beforeEach(() => start({ isolation: tier }));

  it('runs init containers in order, then main, and shares a volume between them', async () => {
    const path = mountPathOf(tier);
    const volumeMounts = [{ name: 'shared', mountPath: path }];
    await createPod('ordered', {
      volumes: [{ name: 'shared', emptyDir: {} }],
      initContainers: [
        shell(`echo one > ${path}/file`, { name: 'first', volumeMounts }),
        shell(`echo two >> ${path}/file`, { name: 'second', volumeMounts }),
      ],
      containers: [shell(`cat ${path}/file; echo oops >&2`, { volumeMounts })],
    });
    expect((await end('ordered')).status?.phase).toBe('Succeeded');
    const output = await logs('ordered');
    expect(output.split('\n').sort()).toEqual(['', 'one', 'oops', 'two']);
    expect(existsSync(path)).toBe(false);
  });

  it('reports exit codes and what a signal does', async () => {
    await createPod('code', { containers: [shell('exit 3')] });
    const pod = await end('code');
    expect(pod.status?.phase).toBe('Failed');
    expect(terminated(pod)).toMatchObject({ exitCode: 3, reason: 'Error' });
  });

  it('ends a pod that ignores SIGTERM when its grace is over, and removes it', async () => {
    await createPod('stubborn', { containers: [shell('trap "" TERM; echo up; while :; do sleep 0.05; done')] });
    await until('stubborn', isRunning);
    for await (const part of kube.logs(refTo('stubborn'), { container: 'main', follow: true })) {
      if (Buffer.from(part).includes('up')) break;
    }
    await kube.delete(refTo('stubborn'), { gracePeriodSeconds: 1 });
    const last = await until('stubborn', isOver);
    expect(terminated(last as PodObject)).toMatchObject({ exitCode: 137 });
    expect(await until('stubborn', () => false)).toBeUndefined();
  });

  it('lets a program end by itself on SIGTERM', async () => {
    await createPod('polite', {
      containers: [shell('trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.05; done')],
    });
    await until('polite', isRunning);
    for await (const part of kube.logs(refTo('polite'), { container: 'main', follow: true })) {
      if (Buffer.from(part).includes('up')) break;
    }
    await kube.delete(refTo('polite'), { gracePeriodSeconds: 20 });
    expect(terminated((await until('polite', isOver)) as PodObject)).toMatchObject({ exitCode: 7 });
  });
});

describe('a node', () => {
  it('keeps what a container writes away from the host', async () => {
    await start();
    await createPod('private', { containers: [shell('echo x > /tmp/argosy-private && cat /tmp/argosy-private')] });
    expect((await end('private')).status?.phase).toBe('Succeeded');
    expect(existsSync('/tmp/argosy-private')).toBe(false);
  });

  it('takes the termination message from its file, else from the log when asked to', async () => {
    await start();
    await createPod('message', { containers: [shell('echo hello > /dev/termination-log')] });
    await createPod('fallback', {
      containers: [shell('echo broken; exit 1', { terminationMessagePolicy: 'FallbackToLogsOnError' })],
    });
    await createPod('long', { containers: [shell('head -c 5000 /dev/zero | tr "\\0" x > /dev/termination-log')] });
    expect(terminated(await end('message'))?.message).toBe('hello\n');
    expect(terminated(await end('fallback'))?.message).toBe('broken\n');
    expect(terminated(await end('long'))?.message).toHaveLength(4096);
  });

  it('gives a container its environment, from fields, config maps and secrets, expanded', async () => {
    await start();
    await kube.create(resources.configMaps, {
      metadata: { name: 'cm', namespace },
      data: { A: '1', b: '2' },
    } as KubeObject);
    await kube.create(resources.secrets, {
      metadata: { name: 's', namespace },
      stringData: { pw: 'p w' },
    } as KubeObject);
    await createPod('env', {
      containers: [
        shell('echo "$CM_A|$PW|$NAME|$BOTH|$CPU|$1"', {
          args: ['x', '$(BOTH)-$$(NAME)'],
          envFrom: [{ prefix: 'CM_', configMapRef: { name: 'cm' } }],
          resources: { limits: { cpu: '1500m' } },
          env: [
            { name: 'PW', valueFrom: { secretKeyRef: { name: 's', key: 'pw' } } },
            { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'BOTH', value: '$(NAME)/$(PW)' },
            { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          ],
        }),
      ],
    });
    await end('env');
    expect(await logs('env')).toBe('1|p w|env|env/p w|2|env/p w-$(NAME)\n');
  });

  it('waits for a config map that does not exist yet, and says so', async () => {
    await start();
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'late', key: 'a' } } }];
    await createPod('waits', { containers: [shell('echo $A', { env })] });
    const waiting = await until(
      'waits',
      (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting?.message !== undefined,
    );
    expect(waiting?.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'configmap "late" not found',
    });
    await kube.create(resources.configMaps, {
      metadata: { name: 'late', namespace },
      data: { a: 'now' },
    } as KubeObject);
    await end('waits');
    expect(await logs('waits')).toBe('now\n');
  });

  it('says that images are not pulled when a container has no command or an unknown image volume', async () => {
    await start();
    await createPod('image', { containers: [{ name: 'main', image: 'alpine' }] });
    const waiting = await until(
      'image',
      (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull',
    );
    expect(waiting?.status?.containerStatuses?.[0]?.state?.waiting?.message).toMatch(/runs programs of this machine/);
  });

  it('mounts config maps, secrets, the downward API and image volumes', async () => {
    const image = join(dataDir, 'image');
    mkdirSync(image);
    writeFileSync(join(image, 'tool'), 'from the image\n');
    await start({ imageVolumes: { 'example.org/tools': image } });
    await kube.create(resources.configMaps, { metadata: { name: 'cm', namespace }, data: { a: 'A\n' } } as KubeObject);
    await kube.create(resources.secrets, {
      metadata: { name: 's', namespace },
      stringData: { k: 'K\n' },
    } as KubeObject);
    await createPod('mounts', {
      volumes: [
        { name: 'all', projected: { sources: [{ configMap: { name: 'cm' } }, { secret: { name: 's' } }] } },
        { name: 'down', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        { name: 'tools', image: { reference: 'example.org/tools:v1' } } as never,
      ],
      containers: [
        shell('cat /m/all/a /m/all/k /m/labels; echo; cat /m/tools/tool; echo x > /m/tools/y || echo read-only', {
          volumeMounts: [
            { name: 'all', mountPath: '/m/all' },
            { name: 'down', mountPath: '/m/labels', subPath: 'labels' },
            { name: 'tools', mountPath: '/m/tools' },
          ],
        }),
      ],
    });
    await end('mounts');
    expect((await logs('mounts')).split('\n').filter((line) => !line.includes('cannot create'))).toEqual([
      'A',
      'K',
      'app="mounts"',
      'from the image',
      'read-only',
      '',
    ]);
  });

  it('binds a claim and keeps its content between pods until the claim is deleted', async () => {
    await start();
    const claim = { metadata: { name: 'data', namespace }, spec: { resources: { requests: { storage: '1Gi' } } } };
    await kube.create(resources.persistentVolumeClaims, claim);
    const pvc = {
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
    };
    const volumeMounts = [{ name: 'v', mountPath: '/data' }];
    await createPod('writes', { ...pvc, containers: [shell('echo kept > /data/f', { volumeMounts })] });
    await end('writes');
    await createPod('reads', { ...pvc, containers: [shell('cat /data/f', { volumeMounts })] });
    await end('reads');
    expect(await logs('reads')).toBe('kept\n');
    const bound = await kube.get<KubeObject & { status: { phase: string } }>({
      type: resources.persistentVolumeClaims,
      namespace,
      name: 'data',
    });
    expect(bound.status.phase).toBe('Bound');
  });

  it('stops native sidecars after the main container and does not count their end', async () => {
    await start();
    const sidecar = shell('trap "echo done; exit 9" TERM; echo up; while :; do sleep 0.02; done', {
      name: 'side',
      restartPolicy: 'Always',
    });
    await createPod('sidecar', { initContainers: [sidecar], containers: [shell('sleep 0.3')] });
    const pod = await end('sidecar');
    expect(pod.status?.phase).toBe('Succeeded');
    expect(terminated(pod, 'side')?.exitCode).toBe(9);
    expect(await logs('sidecar', { container: 'side' })).toBe('up\ndone\n');
  });

  it('ends a pod at its deadline', async () => {
    await start();
    await createPod('slow', {
      activeDeadlineSeconds: 1,
      terminationGracePeriodSeconds: 1,
      containers: [shell('sleep 60')],
    });
    expect((await end('slow')).status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  it('ends a running pod whose deadline is moved into the past', async () => {
    await start();
    await createPod('stopped', { terminationGracePeriodSeconds: 1, containers: [shell('sleep 60')] });
    await until('stopped', (pod) => pod.status?.phase === 'Running');
    await kube.patch(refTo('stopped'), 'merge', { spec: { activeDeadlineSeconds: 1 } });
    expect((await end('stopped')).status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  it('holds back pods that do not fit and runs them in order', async () => {
    await start({ maxPods: 1 });
    await createPod('a', { containers: [shell('read x < /dev/zero & sleep 0.2')] });
    await createPod('b', {});
    const held = await until('b', (pod) => pod.status?.conditions?.[0]?.reason === 'Unschedulable' || isOver(pod));
    expect(held?.status?.conditions?.[0]).toMatchObject({ type: 'PodScheduled', status: 'False' });
    expect((await end('b')).status?.phase).toBe('Succeeded');
  });

  it('restarts a container that fails under OnFailure', async () => {
    const clockSkips: (() => void)[] = [];
    // Time does not pass by itself here: each back-off ends when the test says so.
    await start({ clock: { now: () => Date.now(), after: (_, run) => (clockSkips.push(run), () => undefined) } });
    await createPod('again', {
      restartPolicy: 'OnFailure',
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        shell('test -e /v/x && exit 0; touch /v/x; exit 1', { volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      ],
    });
    const crashed = await until(
      'again',
      (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
    );
    expect(crashed?.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(1);
    for (const skip of clockSkips) skip();
    const pod = await end('again');
    expect(pod.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1 });
    expect(pod.status?.phase).toBe('Succeeded');
  });

  it('reports readiness from probes', async () => {
    await start();
    await createPod('ready', {
      containers: [
        shell('sleep 0.2; touch /tmp/ready; sleep 60', {
          readinessProbe: { exec: { command: ['test', '-e', '/tmp/ready'] }, periodSeconds: 0.05 },
        }),
      ],
    });
    const seen = await until('ready', isRunning);
    expect(seen?.status?.containerStatuses?.[0]?.ready).toBe(false);
    const ready = await until('ready', (pod) => pod.status?.containerStatuses?.[0]?.ready === true);
    expect(ready?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    await kube.delete(refTo('ready'), { gracePeriodSeconds: 0 });
  });

  it('serves logs by tail, time and limit, and follows them to the end', async () => {
    await start();
    await createPod('talk', { containers: [shell('for i in 1 2 3 4; do echo $i; sleep 0.02; done; printf end')] });
    await until('talk', isRunning);
    expect(await logs('talk', { follow: true })).toBe('1\n2\n3\n4\nend');
    await end('talk');
    expect(await logs('talk', { tailLines: 2 })).toBe('4\nend');
    expect(await logs('talk', { limitBytes: 3 })).toBe('1\n2');
    const stamped = (await logs('talk', { timestamps: true })).split('\n');
    expect(stamped[1]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z 2$/);
    const sinceTime = (stamped[2] ?? '').split(' ')[0] ?? '';
    expect(await logs('talk', { sinceTime })).toBe('3\n4\nend');
  });

  it('leaves nothing on disk of a pod that is deleted', async () => {
    await start();
    await createPod('gone', {});
    await end('gone');
    await kube.delete(refTo('gone'));
    await node?.stop();
    node = undefined;
    expect(readdirSync(join(dataDir, 'pods'))).toEqual([]);
    expect(readdirSync(join(dataDir, 'processes'))).toEqual([]);
  });

  it('ends all processes when it stops and marks their pods failed', async () => {
    const running = await start();
    await createPod('busy', { containers: [shell('sleep 60')] });
    await until('busy', isRunning);
    await running.stop();
    expect((await kube.get<PodObject>(refTo('busy'))).status).toMatchObject({
      phase: 'Failed',
      reason: 'NodeShutdown',
    });
    expect(readdirSync(join(dataDir, 'processes'))).toEqual([]);
  });

  it('marks pods of an earlier life as lost', async () => {
    await createPod('orphan', {});
    await kube.patch(refTo('orphan'), 'merge', { spec: { nodeName: 'local' } });
    await kube.patch(refTo('orphan'), 'merge', { status: { phase: 'Running' } }, 'status');
    await start();
    expect((await end('orphan')).status).toMatchObject({ phase: 'Failed', reason: 'NodeLost' });
  });
});
