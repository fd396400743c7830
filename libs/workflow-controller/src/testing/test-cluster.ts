import type { InMemoryKube, KubeApi } from '@argosy/kube';
import { createInMemoryKube, resources } from '@argosy/kube';
import { isFinalWorkflowPhase } from '@argosy/workflow-engine';
import type { NodeStatus, Pod, Template, Workflow, WorkflowSpec } from '@argosy/workflow-spec';
import { WorkflowController } from '../controller.js';
import type { WorkflowControllerOptions } from '../controller-options.js';
import { ManualClock } from './manual-clock.js';
import type { PodScript } from './scripted-kubelet.js';
import { ScriptedKubelet } from './scripted-kubelet.js';

const QUIET_ROUNDS = 4;
const MOST_ROUNDS = 2_000;

/** A cluster in memory with a node that follows a script and a clock that stands still until nothing else can happen. */
export class TestCluster {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 1));
  readonly kube: InMemoryKube = createInMemoryKube({ clock: this.clock });
  readonly kubelet: ScriptedKubelet;
  private readonly controllers = new Set<WorkflowController>();

  constructor(script: PodScript = () => ({})) {
    this.kubelet = new ScriptedKubelet(this.kube, this.clock, script);
  }

  async controller(
    api: KubeApi = this.kube,
    options: Partial<WorkflowControllerOptions> = {},
  ): Promise<WorkflowController> {
    const controller = new WorkflowController({
      supervisor: { image: 'argosy/executor', delivery: 'image-volume' },
      clock: this.clock,
      workflowEvents: { enabled: false },
      nodeEvents: { enabled: false },
      ...options,
      kube: api,
    });
    this.controllers.add(controller);
    await controller.start();
    return controller;
  }

  async stop(controller: WorkflowController): Promise<void> {
    this.controllers.delete(controller);
    await controller.stop();
  }

  async close(): Promise<void> {
    for (const controller of this.controllers) await this.stop(controller);
  }

  /** Puts in a workflow as it is, status and all. */
  adopt(workflow: Workflow): Promise<Workflow> {
    const metadata = { ...workflow.metadata, namespace: 'default' };
    return this.kube.create<Workflow>(resources.workflows, { ...workflow, metadata });
  }

  submit(templates: readonly Template[], spec: WorkflowSpec = {}, name = 'wf'): Promise<Workflow> {
    return this.adopt({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { name },
      spec: { entrypoint: 'main', templates: [...templates], ...spec },
    });
  }

  get(name = 'wf'): Promise<Workflow> {
    return this.kube.get<Workflow>({ type: resources.workflows, namespace: 'default', name });
  }

  /** What a person does with kubectl. */
  async label(name: string, labels: Record<string, string>): Promise<void> {
    await this.kube.patch({ type: resources.workflows, namespace: 'default', name }, 'merge', { metadata: { labels } });
  }

  async pods(): Promise<Pod[]> {
    return (await this.kube.list<Pod>(resources.pods)).items;
  }

  async node(displayName: string, name = 'wf'): Promise<NodeStatus | undefined> {
    return Object.values((await this.get(name)).status?.nodes ?? {}).find((node) => node.displayName === displayName);
  }

  /** Goes on until nothing happens any more without time passing. */
  async settle(): Promise<void> {
    let version = '';
    for (let quiet = 0, rounds = 0; quiet < QUIET_ROUNDS; rounds++) {
      if (rounds > MOST_ROUNDS) throw new Error('the cluster does not come to rest');
      const before = version;
      const happened = await this.kubelet.step();
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([...this.controllers].map((controller) => controller.idle()));
      version = (await this.kube.list(resources.workflows)).resourceVersion;
      quiet = happened || version !== before ? 0 : quiet + 1;
    }
  }

  /** Lets time pass, step by step, until the condition holds. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    for (let steps = 0; steps < 500; steps++) {
      await this.settle();
      if (await condition()) return;
      const next = this.clock.nextAt;
      if (next === undefined) throw new Error('nothing is planned, and what was waited for has not come');
      this.clock.advanceTo(next);
    }
    throw new Error('what was waited for has not come');
  }

  /** Runs the workflow to its end. */
  async ended(name = 'wf'): Promise<Workflow> {
    await this.until(async () => isFinalWorkflowPhase((await this.get(name)).status?.phase));
    return this.get(name);
  }

  /** Lets this much time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    await this.settle();
    for (let next = this.clock.nextAt; next !== undefined && next <= until; next = this.clock.nextAt) {
      this.clock.advanceTo(next);
      await this.settle();
    }
    this.clock.advanceTo(until);
    await this.settle();
  }
}

/** A template that runs a container; what it does is for the script to say. */
export const container = (name: string, extra: Template = {}): Template => ({
  name,
  container: { name: '', image: 'busybox', command: ['true'] },
  ...extra,
});
