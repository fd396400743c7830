import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ended, logOf } from './harness/await-run.js';
import { seeded } from './harness/seeded.js';
import { startStack } from './harness/start-stack.js';
import type { RunningStack } from './harness/start-stack.js';
import { startWitness } from './harness/witness.js';
import type { Witness } from './harness/witness.js';

const LINES = 40;
const RUNS_PER_CLUSTER = 3;
const CLUSTERS = ['local-east', 'local-west'];
const KILLS = 8;

/** Steps in sequence, side by side, in a loop, and one that needs a retry; every step tells the witness, and prints numbered lines. */
const manifest = (witnessUrl: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: crash-
spec:
  entrypoint: main
  onExit: work
  templates:
    - name: main
      dag:
        tasks:
          - { name: first, template: work }
          - { name: loop, template: work, depends: first, withItems: [a, b, c] }
          - { name: flaky, template: flaky, depends: first }
          - { name: last, template: work, depends: loop && flaky }
    - name: work
      script:
        image: node:20
        command: [node]
        source: |
          const tell = (what) => fetch('${witnessUrl}/' + what + '/{{pod.name}}');
          (async () => {
            await tell('start');
            for (let i = 0; i < ${LINES}; i++) {
              console.log('line ' + i + ' of {{pod.name}}');
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
            await tell('end');
          })();
    - name: flaky
      retryStrategy: { limit: 2 }
      script:
        image: node:20
        command: [node]
        source: |
          const tell = (what) => fetch('${witnessUrl}/' + what + '/{{pod.name}}');
          (async () => {
            await tell('start');
            if ({{retries}} === 0) process.exit(1);
            for (let i = 0; i < ${LINES}; i++) console.log('line ' + i + ' of {{pod.name}}');
            await tell('end');
          })();
`;

describe('killing the agent and the control plane while runs are going', () => {
  let stack: RunningStack;
  let witness: Witness;
  beforeEach(async () => {
    witness = await startWitness();
    stack = await startStack(CLUSTERS);
  }, 60_000);
  afterEach(async () => {
    await stack.stop();
    await witness.stop();
  }, 30_000);

  it.each([1, 2])(
    'loses nothing, runs nothing twice and ends every run once (seed %d)',
    async (seed) => {
      const random = seeded(seed);
      const victims = ['control-plane', ...CLUSTERS.map((name) => `${name}-agent`)];
      // 8 pods a run, two calls each but one for the failed attempt.
      const calls = CLUSTERS.length * RUNS_PER_CLUSTER * 13;
      const moments = new Set(Array.from({ length: KILLS }, () => 1 + Math.floor(random() * (calls - 10))));
      const kills: Promise<void>[] = [];
      witness.onCall = (count) => {
        if (moments.has(count))
          kills.push(stack.kill(victims[Math.floor(random() * victims.length)] ?? 'control-plane'));
      };

      const runs = await Promise.all(
        CLUSTERS.flatMap((cluster) =>
          Array.from({ length: RUNS_PER_CLUSTER }, () =>
            stack.client.submitRun({ manifest: manifest(witness.url), cluster }),
          ),
        ),
      );
      const results = await Promise.all(runs.map((run) => ended(stack.client, run)));
      await Promise.all(kills);
      expect(stack.troubles.length).toBeGreaterThan(0);

      for (const { id, phase, message, nodes } of results) {
        expect({ phase, message: message ?? '' }).toEqual({ phase: 'SUCCEEDED', message: '' });
        const pods = nodes.filter(({ type }) => type === 'Pod');
        expect(pods).toHaveLength(8);
        for (const pod of pods) {
          expect({ pod: pod.podName, started: witness.calls.get(`/start/${pod.podName}`) }).toEqual({
            pod: pod.podName,
            started: 1,
          });
          if (pod.phase !== 'SUCCEEDED') continue;
          expect(await logOf(stack.client, id, pod.id)).toEqual(
            Array.from({ length: LINES }, (_, line) => `line ${line} of ${pod.podName}`),
          );
        }
      }
    },
    240_000,
  );
});
