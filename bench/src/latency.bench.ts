import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resources } from '@argosy/kube';
import { startLocalCluster } from '@argosy/local-cluster';
import type { Workflow } from '@argosy/workflow-spec';
import { WorkflowController } from '@argosy/workflow-controller';
import { median } from './measure.js';

export interface StartLatency {
  /** From creating the Workflow object to the first thing its container does. */
  readonly workflowMs: number;
  /** From spawning the same command to the first thing it does. */
  readonly spawnMs: number;
  readonly ratio: number;
}

const ROUNDS = 15;
const WARM_UP = 3;
const IMAGE = 'argosy/executor';
/** Says when it runs, by the clock both sides share. */
const COMMAND = ['node', '-e', 'process.stdout.write(String(Date.now()))'];

/** Both take turns, so that whatever else the machine does slows both alike. */
export async function measureStart(executor: string): Promise<StartLatency> {
  const dataDir = mkdtempSync(join(tmpdir(), 'argosy-bench-'));
  const cluster = await startLocalCluster({
    name: 'bench',
    dataDir,
    survives: false,
    imageVolumes: { [IMAGE]: executor },
  });
  let changed = (): void => undefined;
  const controller = new WorkflowController({
    kube: cluster.api,
    supervisor: { image: IMAGE, delivery: 'image-volume' },
    onRunChanged: async () => changed(),
  });
  await controller.start();
  const result = async (name: string): Promise<number> => {
    for (;;) {
      const next = new Promise<void>((done) => (changed = done));
      const { status } = await cluster.api.get<Workflow>({ type: resources.workflows, namespace: 'default', name });
      if (status?.phase === 'Succeeded') return Number(status.nodes?.[name]?.outputs?.parameters?.[0]?.value);
      if (status?.phase === 'Failed' || status?.phase === 'Error') throw new Error(status.message);
      await next;
    }
  };
  try {
    const [workflows, spawns]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS + WARM_UP; round++) {
      const name = `bench-${round}`;
      let startedAt = Date.now();
      await cluster.api.create<Workflow>(resources.workflows, sayTime(name));
      const workflowMs = (await result(name)) - startedAt;
      startedAt = Date.now();
      const spawnMs = (await spawned()) - startedAt;
      if (round < WARM_UP) continue;
      workflows.push(workflowMs);
      spawns.push(spawnMs);
    }
    const [workflowMs, spawnMs] = [median(workflows), median(spawns)];
    return { workflowMs, spawnMs, ratio: workflowMs / spawnMs };
  } finally {
    await controller.stop();
    await cluster.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const sayTime = (name: string): Workflow => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { name, namespace: 'default' },
  spec: {
    entrypoint: 'main',
    templates: [
      {
        name: 'main',
        container: { name: '', image: 'any', command: ['sh', '-c'], args: [`${quoted(COMMAND)} > /tmp/started`] },
        outputs: { parameters: [{ name: 'startedAt', valueFrom: { path: '/tmp/started' } }] },
      },
    ],
  },
});

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

/** The same shell and program, without a cluster around them. */
function spawned(): Promise<number> {
  return new Promise((resolve, reject) => {
    // Containers have an environment of their own; what people set for Node here would slow down this side alone.
    const child = spawn('sh', ['-c', quoted(COMMAND)], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', reject);
    child.once('close', () => resolve(Number(text)));
  });
}
