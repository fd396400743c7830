import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@argosy/workflow-spec';
import { observePod, overflowOf } from './observe-pod.js';

type Status = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<Status['containerStatuses']>[number];

const ended = (name: string, exitCode: number, more: { reason?: string; message?: string } = {}): ContainerStatus => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: {
    terminated: {
      exitCode,
      startedAt: '2026-01-01T00:00:10Z',
      finishedAt: '2026-01-01T00:00:40Z',
      reason: exitCode === 0 ? 'Completed' : 'Error',
      ...more,
    },
  },
});
const waiting = (name: string, reason: string, message?: string): ContainerStatus => ({
  ...ended(name, 0),
  state: { waiting: { reason, ...(message && { message }) } },
});
const report = (value: object): { message: string } => ({ message: JSON.stringify({ v: 1, ...value }) });
const pod = (status: Status, spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name: 'wf-1', uid: 'uid', annotations: { 'workflows.argoproj.io/node-id': 'node' } },
  spec: { containers: [{ name: 'main' }], nodeName: 'host-1', ...spec },
  status,
});
const failed = (...containerStatuses: ContainerStatus[]): Pod => pod({ phase: 'Failed', containerStatuses });
const endOf = (value: Pod) => {
  const { phase, message } = observePod(value);
  return [phase, message];
};

describe('a pod that has not ended', () => {
  it('is pending, with the reason why in Argo’s words', () => {
    const pending = (containerStatuses: ContainerStatus[]): Pod => pod({ phase: 'Pending', containerStatuses });
    expect(endOf(pod({}))).toEqual(['Pending', '']);
    expect(endOf(pending([waiting('main', 'ContainerCreating')]))).toEqual(['Pending', '']);
    expect(endOf(pending([waiting('main', 'ImagePullBackOff', 'Back-off pulling image "x"')]))).toEqual([
      'Pending',
      'ImagePullBackOff: Back-off pulling image "x"',
    ]);
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
    ];
    expect(endOf(pod({ phase: 'Pending', conditions }))).toEqual(['Pending', 'Unschedulable: 0/3 nodes are available']);
  });

  it('runs on a host, ready or not', () => {
    const status: Status = { phase: 'Running', startTime: '2026-01-01T00:00:00Z', podIP: '10.0.0.7' };
    expect(observePod(pod({ ...status, conditions: [{ type: 'Ready', status: 'True' }] }))).toEqual({
      podName: 'wf-1',
      nodeId: 'node',
      uid: 'uid',
      phase: 'Running',
      message: '',
      startedAt: Date.UTC(2026, 0, 1),
      finishedAt: null,
      exitCode: null,
      outputs: null,
      outputsPending: false,
      containers: [{ name: 'main', phase: 'Pending', message: '', finishedAt: null }],
      hostNodeName: 'host-1',
      podIP: '10.0.0.7',
      ready: true,
      progress: '',
      neverStarted: null,
      lingers: false,
      isHeldInVain: false,
      resourcesDuration: null,
    });
    expect(observePod(pod(status)).ready).toBe(false);
  });
});

describe('a pod that succeeded', () => {
  it('brings the outputs of its report and its exit code', () => {
    const reported = ended('main', 0, report({ parameters: { a: '1', b: '' }, result: 'out' }));
    expect(observePod(pod({ phase: 'Succeeded', containerStatuses: [reported] }))).toMatchObject({
      phase: 'Succeeded',
      message: '',
      exitCode: 0,
      finishedAt: Date.UTC(2026, 0, 1, 0, 0, 40),
      outputs: {
        parameters: [
          { name: 'a', value: '1' },
          { name: 'b', value: '' },
        ],
        result: 'out',
        exitCode: '0',
      },
      outputsPending: false,
    });
  });

  it('has come as far as its programs said last, or the log, or as it was said of it', () => {
    const said = (progress: string, finishedAt = '2026-01-01T00:00:05Z'): ContainerStatus => {
      const state = { terminated: { exitCode: 1, finishedAt, ...report({ progress }) } };
      return { ...ended('main', 1), state };
    };
    const running = pod({ phase: 'Running', containerStatuses: [said('1/9')] });
    expect(observePod(running).progress).toBe('');
    expect(observePod(running, { progress: '2/9' }).progress).toBe('2/9');
    const annotations = { 'workflows.argoproj.io/progress': '0/9' };
    expect(observePod({ ...running, metadata: { annotations } }).progress).toBe('0/9');
    expect(observePod(failed(said('3/9')), { progress: '2/9' }).progress).toBe('3/9');
    expect(observePod(failed(ended('main', 1)), { progress: '2/9' }).progress).toBe('2/9');
    const late = said('4/9', '2026-01-01T00:00:06Z');
    expect(observePod(failed(said('3/9'), late, ended('main', 1))).progress).toBe('4/9');
  });

  it('waits for outputs that have to be read from its log', () => {
    const overflow = { nonce: '0'.repeat(32), frames: 2, bytes: 9000, sha256: 'a'.repeat(64) };
    const large = pod({ phase: 'Succeeded', containerStatuses: [ended('main', 0, report({ overflow }))] });
    expect(overflowOf(large)).toEqual(overflow);
    expect(observePod(large)).toMatchObject({ phase: 'Succeeded', outputsPending: true, outputs: { exitCode: '0' } });
    expect(observePod(large, { outputs: { result: 'x' } })).toMatchObject({
      outputsPending: false,
      outputs: { result: 'x', exitCode: '0' },
    });
    expect(overflowOf(failed(ended('main', 0, report({ result: 'x' }))))).toBeUndefined();
  });

  it('counts what it had requested for as long as it ran', () => {
    const status: Status = { phase: 'Succeeded', containerStatuses: [ended('main', 0)] };
    const of = (resources: object) =>
      observePod(pod(status, { containers: [{ name: 'main', resources }] })).resourcesDuration;
    expect(of({})).toEqual({ cpu: 3, memory: 30 });
    expect(of({ requests: { cpu: '2', memory: '1Gi' } })).toEqual({ cpu: 60, memory: 307 });
    expect(of({ limits: { cpu: '500m', 'nvidia.com/gpu': '1' } })).toEqual({
      cpu: 15,
      memory: 30,
      'nvidia.com/gpu': 30,
    });
  });
});

describe('a pod that failed', () => {
  it('is a failure of the user’s program when main ended badly', () => {
    expect(endOf(failed(ended('main', 1)))).toEqual(['Failed', 'main: Error (exit code 1)']);
    expect(endOf(failed(ended('main', 137, { reason: 'OOMKilled' })))).toEqual([
      'Failed',
      'main: OOMKilled (exit code 137)',
    ]);
    expect(endOf(failed(ended('main', 3, { message: 'no such host\n' })))).toEqual([
      'Failed',
      'main: Error (exit code 3): no such host',
    ]);
    expect(endOf(failed(ended('main', 1, report({ error: "failure condition 'x' evaluated true\n" }))))).toEqual([
      'Failed',
      "main: Error (exit code 1): failure condition 'x' evaluated true",
    ]);
    expect(endOf(failed(ended('main', 3, report({ parameters: {} }))))).toEqual([
      'Failed',
      'main: Error (exit code 3)',
    ]);
    // Even when it could not begin: what is wrong is its command.
    expect(endOf(failed(ended('main', 64, report({ error: 'exec: "x": permission denied' }))))).toEqual([
      'Failed',
      'main: Error (exit code 64): exec: "x": permission denied',
    ]);
  });

  it('keeps the outputs that a failed program left', () => {
    expect(observePod(failed(ended('main', 2, report({ parameters: { why: 'x' } })))).outputs).toEqual({
      parameters: [{ name: 'why', value: 'x' }],
      exitCode: '2',
    });
  });

  it('is an error of the platform when the supervisor could not do its work', () => {
    expect(endOf(failed(ended('main', 66, report({ error: 'cannot read output parameter p from /p: gone' }))))).toEqual(
      ['Error', 'cannot read output parameter p from /p: gone'],
    );
    // Programs may use these codes too.
    expect(endOf(failed(ended('main', 64, report({}))))).toEqual(['Failed', 'main: Error (exit code 64)']);
    expect(endOf(failed(ended('main', 66)))).toEqual(['Failed', 'main: Error (exit code 66)']);
  });

  it('says the same about a deadline whoever noticed it first', () => {
    const message = 'Pod was active on the node longer than the specified deadline';
    expect(endOf(failed(ended('main', 143, report({ error: 'deadline exceeded' }))))).toEqual(['Failed', message]);
    expect(endOf(pod({ phase: 'Failed', reason: 'DeadlineExceeded', message }))).toEqual(['Failed', message]);
  });

  it('says what Kubernetes says when it took the pod away', () => {
    const message = 'The node was low on resource: memory.';
    const containerStatuses = [ended('main', 137)];
    expect(endOf(pod({ phase: 'Failed', reason: 'Evicted', message, containerStatuses }))).toEqual(['Failed', message]);
    expect(endOf(pod({ phase: 'Failed', reason: 'Evicted' }))).toEqual(['Failed', 'Evicted']);
    expect(endOf(pod({ phase: 'Failed' }))).toEqual(['Failed', "can't find failed message for pod wf-1 namespace "]);
  });

  it('has not succeeded when nobody saw its program end', () => {
    const running: ContainerStatus = { ...ended('main', 0), state: { running: {} } };
    const message = 'pod failed: main container did not complete successfully';
    expect(endOf(failed(running))).toEqual(['Failed', message]);
    expect(endOf(failed(running, ended('proxy', 137)))).toEqual(['Failed', message]);
    expect(endOf(failed({ ...running, state: {} }))).toEqual(['Failed', message]);
    expect(endOf(pod({ phase: 'Failed', message: 'Node is shutting down', containerStatuses: [running] }))).toEqual([
      'Failed',
      'Node is shutting down',
    ]);
  });

  it('is an error when main never began', () => {
    const initContainerStatuses = [ended('fetch', 128)];
    expect(
      endOf(pod({ phase: 'Failed', initContainerStatuses, containerStatuses: [waiting('main', 'PodInitializing')] })),
    ).toEqual(['Error', 'fetch: Error (exit code 128)']);
    expect(endOf(failed(waiting('main', 'CreateContainerError', 'bad mount')))).toEqual([
      'Error',
      'Pod failed before main container starts due to CreateContainerError: bad mount',
    ]);
  });

  it('does not blame the step for how containers besides main were ended', () => {
    expect(endOf(failed(ended('main', 0), ended('proxy', 143)))).toEqual(['Succeeded', '']);
    expect(endOf(failed(ended('main', 0), ended('proxy', 2)))).toEqual(['Failed', 'proxy: Error (exit code 2)']);
    const sidecar: Partial<Pod['spec']> = { initContainers: [{ name: 'db', restartPolicy: 'Always' }] };
    const status: Status = {
      phase: 'Failed',
      initContainerStatuses: [ended('db', 1)],
      containerStatuses: [ended('main', 4)],
    };
    expect(endOf(pod(status, sidecar))).toEqual(['Failed', 'main: Error (exit code 4)']);
  });
});

describe('a pod that failed before it had begun', () => {
  const evicted = (...containerStatuses: ContainerStatus[]): Pod =>
    pod({ phase: 'Failed', reason: 'Evicted', message: 'The node had condition: [DiskPressure]', containerStatuses });
  const seen = { reason: 'Evicted', message: 'The node had condition: [DiskPressure]' };
  const lost = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } };

  it('says why, when that was the cluster’s doing', () => {
    expect(observePod(evicted()).neverStarted).toEqual(seen);
    expect(observePod(evicted(waiting('main', 'ContainerCreating'))).neverStarted).toEqual(seen);
    expect(observePod(evicted({ ...ended('main', 0), state: lost })).neverStarted).toEqual(seen);
    for (const reason of ['NodeShutdown', 'NodeAffinity', 'UnexpectedAdmissionError'])
      expect(observePod(pod({ phase: 'Failed', reason })).neverStarted).toEqual({ reason, message: '' });
    for (const reason of ['', 'DeadlineExceeded', 'Preempting'])
      expect(observePod(pod({ phase: 'Failed', reason })).neverStarted).toBeNull();
    expect(observePod(pod({ phase: 'Pending', reason: 'Evicted' })).neverStarted).toBeNull();
  });

  it('says nothing when its program may have run', () => {
    const container = ended('main', 0);
    expect(observePod(evicted(ended('main', 137))).neverStarted).toBeNull();
    expect(observePod(evicted({ ...container, state: { running: {} } })).neverStarted).toBeNull();
    expect(observePod(evicted({ ...waiting('main', 'CrashLoopBackOff'), lastState: lost })).neverStarted).toBeNull();
    expect(observePod(evicted({ ...container, state: lost, containerID: 'containerd://1' })).neverStarted).toBeNull();
  });

  it('does not ask what containers besides it did', () => {
    const main = waiting('main', 'PodInitializing');
    expect(observePod(evicted(main, ended('istio-proxy', 137))).neverStarted).toEqual(seen);
  });
});

describe('a pod that containers of others keep running', () => {
  const proxy: ContainerStatus = { ...ended('istio-proxy', 0), state: { running: {} } };
  const running = (...containerStatuses: ContainerStatus[]): Pod => pod({ phase: 'Running', containerStatuses });

  it('is over when the step is, and lingers', () => {
    const over = running(ended('main', 0, report({ result: 'r' })), proxy);
    expect(observePod(over)).toMatchObject({
      phase: 'Succeeded',
      lingers: true,
      outputs: { result: 'r' },
      exitCode: 0,
    });
    expect(observePod(over).finishedAt).toBe(Date.UTC(2026, 0, 1, 0, 0, 40));
    expect(endOf(running(proxy, ended('main', 3)))).toEqual(['Failed', 'main: Error (exit code 3)']);
    expect(endOf(running(ended('main', 66, report({ error: 'no file' })), proxy))).toEqual(['Error', 'no file']);
  });

  it('is not over before, and does not linger when it is only about to end', () => {
    const busy = running({ ...ended('main', 0), state: { running: {} } }, proxy);
    expect(observePod(busy)).toMatchObject({ phase: 'Running', lingers: false, finishedAt: null });
    const late = running(ended('main', 0));
    expect(observePod(late)).toMatchObject({ phase: 'Running', lingers: false });
    expect(observePod(running(ended('main', 0), ended('istio-proxy', 0))).phase).toBe('Running');
    expect(observePod(pod({ phase: 'Failed', containerStatuses: [ended('main', 0), proxy] })).lingers).toBe(false);
  });
});

it('a pod that Argo made does not linger while it still tells the outputs', () => {
  const containers = ['main', 'wait', 'proxy'].map((name) => ({ name, command: ['/var/run/argo/argoexec'] }));
  const busy = (name: string): ContainerStatus => ({ ...ended(name, 0), state: { running: {} } });
  const made = (...containerStatuses: ContainerStatus[]): Pod =>
    pod({ phase: 'Running', containerStatuses }, { containers });
  expect(observePod(made(ended('main', 0), busy('wait'))).lingers).toBe(false);
  expect(observePod(made(ended('main', 0), busy('wait'), busy('proxy')))).toMatchObject({ phase: 'Running' });
  expect(observePod(made(ended('main', 0), ended('wait', 0), busy('istio'))).lingers).toBe(true);
  // A sidecar of the template, which Argo's controller would end now.
  const sidecar = made(ended('main', 0), ended('wait', 0), busy('proxy'));
  expect(observePod(sidecar)).toMatchObject({ phase: 'Succeeded', lingers: true });
});

describe('a pod with a finalizer of ours', () => {
  const held = (status: Status, spec: Partial<Pod['spec']> = {}, more: object = {}): boolean => {
    const seen = pod(status, spec);
    const metadata = { ...seen.metadata, finalizers: ['x', 'workflows.argoproj.io/status'], ...more };
    return observePod({ ...seen, metadata }).isHeldInVain;
  };
  const deletionTimestamp = '2026-01-01T00:00:00Z';

  it('is held in vain once there is nothing more to see', () => {
    expect(held({ phase: 'Running' })).toBe(false);
    expect(held({ phase: 'Running' }, {}, { deletionTimestamp })).toBe(false);
    expect(held({ phase: 'Pending' }, {}, { deletionTimestamp })).toBe(false);
    expect(held({ phase: 'Pending' }, { nodeName: undefined }, { deletionTimestamp })).toBe(true);
    expect(held({ phase: 'Pending' }, { nodeName: undefined })).toBe(false);
    for (const phase of ['Succeeded', 'Failed']) expect(held({ phase })).toBe(true);
    expect(held({ phase: 'Succeeded' }, {}, { finalizers: ['x'] })).toBe(false);
  });
});

describe('a container set', () => {
  const supervised = (name: string) => ({ name, command: ['/argosy/supervisor', 'run', '--', 'x'] });
  const set = (status: Status): Pod =>
    pod(status, { containers: [supervised('z'), supervised('b'), supervised('main'), { name: 'istio-proxy' }] });
  const waited = report({ error: 'dependency "z" exited with non-zero code: 3' });

  it('shows each of its containers, in the order of the template', () => {
    const running: ContainerStatus = { ...ended('b', 0), state: { running: {} } };
    const containerStatuses = [running, ended('istio-proxy', 0), waiting('main', 'PodInitializing'), ended('z', 0)];
    const finishedAt = Date.UTC(2026, 0, 1, 0, 0, 40);
    expect(observePod(set({ phase: 'Running', containerStatuses })).containers).toEqual([
      { name: 'z', phase: 'Succeeded', message: '', finishedAt },
      { name: 'b', phase: 'Running', message: '', finishedAt: null },
      { name: 'main', phase: 'Pending', message: '', finishedAt: null },
    ]);
  });

  it('blames the container that failed by itself, however the pod ended', () => {
    const containerStatuses = [ended('b', 64, waited), ended('main', 143), ended('z', 3)];
    const message = 'Pod was active on the node longer than the specified deadline';
    const failedSet = set({ phase: 'Failed', reason: 'DeadlineExceeded', message, containerStatuses });
    expect(endOf(failedSet)).toEqual(['Failed', 'z: Error (exit code 3)']);
    expect(observePod(failedSet).containers.map(({ phase, message: text }) => [phase, text])).toEqual([
      ['Failed', 'z: Error (exit code 3)'],
      ['Error', 'b: Error (exit code 64): dependency "z" exited with non-zero code: 3'],
      ['Failed', 'main: Error (exit code 143)'],
    ]);
    expect(observePod(failedSet).exitCode).toBe(143);
  });

  it('says why the pod ended when none of them failed by itself', () => {
    const message = 'The node was low on resource: memory.';
    const running: ContainerStatus = { ...ended('b', 0), state: { running: {} } };
    const evicted = set({ phase: 'Failed', message, containerStatuses: [running, ended('z', 0)] });
    expect(endOf(evicted)).toEqual(['Failed', message]);
    expect(observePod(evicted).containers[1]).toMatchObject({
      phase: 'Failed',
      message: 'Pod Failed whilst container running',
    });
  });

  it('has the outputs of main, and none without it', () => {
    const reported = ended('main', 0, report({ result: 'out' }));
    expect(observePod(set({ phase: 'Succeeded', containerStatuses: [ended('z', 0), reported] })).outputs).toEqual({
      result: 'out',
      exitCode: '0',
    });
    expect(observePod(set({ phase: 'Succeeded', containerStatuses: [ended('z', 0)] })).outputs).toBeNull();
  });
});

describe('a pod that Argo made', () => {
  const argo = (phase: string, ...containerStatuses: ContainerStatus[]): Pod =>
    pod(
      { phase, containerStatuses },
      { containers: [{ name: 'main', command: ['/var/run/argo/argoexec', 'emissary'] }] },
    );
  const running = (name: string): ContainerStatus => ({ ...ended(name, 0), state: { running: {} } });

  it('has its outputs in a task result, which is waited for', () => {
    const done = argo('Succeeded', ended('main', 0), ended('wait', 0));
    expect(observePod(done)).toMatchObject({ outputsPending: true, outputs: { exitCode: '0' } });
    const taskResult = { result: 'hi', parameters: [{ name: 'p', value: 'v' }] };
    expect(observePod(done, { taskResult })).toMatchObject({
      outputsPending: false,
      outputs: { ...taskResult, exitCode: '0' },
    });
    expect(observePod(done, { taskResult: null })).toMatchObject({ outputsPending: false, outputs: { exitCode: '0' } });
    expect(observePod(argo('Running', running('main'))).outputsPending).toBe(false);
  });

  it.each([
    [
      'wait, when it could not tell',
      [ended('main', 0), ended('wait', 137, { reason: 'OOMKilled' })],
      'Error',
      'wait: OOMKilled (exit code 137)',
    ],
    ['main first', [ended('main', 1), ended('wait', 2)], 'Failed', 'main: Error (exit code 1)'],
    [
      'the supervisor first, because of which main ended',
      [ended('main', 65), ended('supervisor', 1, { message: 'connection refused' })],
      'Error',
      'supervisor: Error (exit code 1): connection refused',
    ],
    [
      'main, when the supervisor did its work',
      [ended('main', 1), ended('supervisor', 0)],
      'Failed',
      'main: Error (exit code 1)',
    ],
    [
      'nobody, when nobody saw the end',
      [running('main'), running('wait')],
      'Failed',
      'pod failed: neither main nor wait container completed successfully',
    ],
    [
      'nobody, when nobody saw the end of wait',
      [ended('main', 0), running('wait')],
      'Failed',
      'pod failed: wait container did not complete successfully',
    ],
    ['nobody, when a sidecar was killed', [ended('main', 0), ended('wait', 0), ended('side', 137)], 'Succeeded', ''],
  ])('blames %s', (_who, containerStatuses, phase, message) => {
    expect(endOf(argo('Failed', ...containerStatuses))).toEqual([phase, message]);
  });
});
