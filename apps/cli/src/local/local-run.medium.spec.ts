import { parseManifests } from '@argosy/workflow-spec';
import type { NodeStatus, Workflow, WorkflowTemplate } from '@argosy/workflow-spec';
import { LocalRun } from './local-run.js';

const manifest = (text: string): (Workflow | WorkflowTemplate)[] =>
  parseManifests(text).documents.map(({ value }) => value as Workflow | WorkflowTemplate);

describe('a run on this machine', () => {
  it('finds the templates that come with it, and their own', async () => {
    const [near, far, workflow] = manifest(`
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: { name: near }
spec:
  entrypoint: main
  templates:
    - name: main
      steps: [[{ name: there, templateRef: { name: far, template: pause, clusterScope: true } }]]
---
apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: { name: far }
spec:
  templates: [{ name: pause, suspend: { duration: 0 } }]
---
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: w, namespace: ci }
spec: { workflowTemplateRef: { name: near } }
`);
    let nodes: readonly NodeStatus[] = [];
    const run = new LocalRun({ onChange: (_workflow, all) => (nodes = all), onPod: () => undefined });
    try {
      const templates = [near, far] as WorkflowTemplate[];
      const ended = await run.run(workflow as Workflow, templates, new AbortController().signal);
      expect([ended.status?.phase, ended.status?.message]).toEqual(['Succeeded', undefined]);
      expect(nodes.map(({ name, phase }) => `${name} ${phase}`).sort()).toEqual([
        'w Succeeded',
        'w[0] Succeeded',
        'w[0].there Succeeded',
      ]);
    } finally {
      await run.close();
    }
  });
});
