import { lintManifests } from '@argosy/workflow-spec';
import { median } from './measure.js';

const TARGET_BYTES = 2 * 1024 * 1024;
const ROUNDS = 5;

export interface ManifestTimes {
  readonly megabytes: number;
  /** Parsing and validating, with positions. */
  readonly lintMs: number;
  /** JSON.parse of the same document, as the least that reading it can cost. */
  readonly jsonMs: number;
  readonly ratio: number;
}

/** A workflow of many templates, dense as people write them. */
export function measureManifest(): ManifestTimes {
  const text = manifest();
  const json = JSON.stringify({ text: text.split('\n') });
  const [lintMs, jsonMs] = [() => lintManifests(text), () => JSON.parse(json) as unknown].map((work) => {
    work();
    return median(Array.from({ length: ROUNDS }, () => timed(work)));
  }) as [number, number];
  return { megabytes: text.length / 1024 / 1024, lintMs, jsonMs, ratio: lintMs / jsonMs };
}

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function manifest(): string {
  const head =
    'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata:\n  generateName: big-\nspec:\n  entrypoint: t0\n  templates:\n';
  const parts: string[] = [head];
  for (let size = head.length, index = 0; size < TARGET_BYTES; index++) {
    const part = template(index);
    parts.push(part);
    size += part.length;
  }
  return parts.join('');
}

const template = (index: number): string => `    - name: t${index}
      inputs:
        parameters:
          - { name: message, default: "message number ${index}" }
      container:
        image: busybox:1.36
        command: [sh, -c]
        args:
          - |
            echo "{{inputs.parameters.message}} of {{workflow.name}}"
            exit 0
        env:
          - name: INDEX
            value: "${index}"
        resources:
          requests: { cpu: 100m, memory: 64Mi }
`;
