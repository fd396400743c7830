import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { progressMarkOf } from '@argosy/executor-protocol';
import type { InMemoryKube, KubeObject } from '@argosy/kube';
import { createInMemoryKube, resources } from '@argosy/kube';
import { startProcessNode } from '@argosy/local-cluster';
import type { ProcessNode } from '@argosy/local-cluster';
import { isFinalWorkflowPhase } from '@argosy/workflow-engine';
import { WorkflowController } from '@argosy/workflow-controller';
import type { RunSnapshot } from '@argosy/workflow-controller';
import type { NodeStatus, Pod, Workflow, WorkflowTemplate } from '@argosy/workflow-spec';

/** The one that every cluster has. */
const DEFAULT_NAMESPACE = 'default';
const EXECUTOR_IMAGE = 'argosy/executor';
/** The supervisor lies beside the programs: dist/executor. */
const executorDir = fileURLToPath(new URL('../../executor', import.meta.url));

export interface LocalRunOptions {
  /** Called after every change with the run as it is. */
  readonly onChange: (workflow: Workflow, nodes: readonly NodeStatus[]) => void;
  /** Called with every pod that starts, for whoever prints logs. */
  readonly onPod: (pod: Pod) => void;
}

/**
 * One workflow, run here and now: an in-memory cluster, a node that runs pods as processes, and the controller, all in this
 * process and gone with it.
 */
export class LocalRun {
  private readonly kube: InMemoryKube = createInMemoryKube();
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'argosy-run-'));
  private readonly nodes = new Map<string, NodeStatus>();
  private readonly controller: WorkflowController;
  private readonly ended: Promise<Workflow>;
  /** Containers whose logs are read for progress, by pod uid and name. */
  private readonly followed = new Set<string>();
  private processNode: ProcessNode | undefined;
  private end!: (workflow: Workflow) => void;

  constructor(private readonly options: LocalRunOptions) {
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.controller = new WorkflowController({
      kube: this.kube,
      // There is nobody who could see them.
      workflowEvents: { enabled: false },
      nodeEvents: { enabled: false },
      // It costs nobody anything to be told at once.
      supervisor: { image: EXECUTOR_IMAGE, delivery: 'image-volume', progressTicks: { file: '1s', patch: '1s' } },
      onRunChanged: async (snapshot) => this.take(snapshot),
      onPod: (pod, deleted) => {
        if (deleted) return;
        for (const { name, state } of pod.status?.containerStatuses ?? [])
          if (state?.running) void this.followProgress(pod, name);
        this.options.onPod(pod);
      },
    });
  }

  /** Resolves with the finished workflow; when the signal comes first, the run is stopped and its end awaited. */
  async run(workflow: Workflow, templates: readonly WorkflowTemplate[], signal: AbortSignal): Promise<Workflow> {
    const node = await startProcessNode({
      api: this.kube,
      dataDir: this.dataDir,
      imageVolumes: { [EXECUTOR_IMAGE]: executorDir },
      hostDirectories: [process.cwd(), executorDir],
    });
    this.processNode = node;
    this.kube.attachLogs((pod, logOptions) => node.logs(pod, logOptions));
    await this.controller.start();
    const { namespace = DEFAULT_NAMESPACE } = workflow.metadata;
    await this.createNamespaces([workflow, ...templates]);
    for (const template of templates) await this.createTemplate(template, namespace);
    const created = await this.kube.create<Workflow>(resources.workflows, {
      ...workflow,
      metadata: { ...workflow.metadata, namespace },
    });
    const { name = '' } = created.metadata;
    const stop = (): void => void this.controller.applyIntent(namespace, name, { type: 'TerminateRun' });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    return this.ended;
  }

  /** A manifest made for a cluster names namespaces that are there and not here. */
  private async createNamespaces(objects: readonly (Workflow | WorkflowTemplate)[]): Promise<void> {
    const names = new Set(objects.map(({ metadata }) => metadata.namespace ?? DEFAULT_NAMESPACE));
    for (const name of names)
      if (name !== DEFAULT_NAMESPACE) await this.kube.create<KubeObject>(resources.namespaces, { metadata: { name } });
  }

  private createTemplate(template: WorkflowTemplate, namespace: string): Promise<WorkflowTemplate> {
    if (template.kind === 'ClusterWorkflowTemplate')
      return this.kube.create<WorkflowTemplate>(resources.clusterWorkflowTemplates, template);
    const metadata = { ...template.metadata, namespace: template.metadata.namespace ?? namespace };
    return this.kube.create<WorkflowTemplate>(resources.workflowTemplates, { ...template, metadata });
  }

  resume(workflow: Workflow): Promise<unknown> {
    const { namespace = '', name = '' } = workflow.metadata;
    return this.controller.applyIntent(namespace, name, { type: 'ResumeRun' });
  }

  private async followProgress(pod: Pod, container: string): Promise<void> {
    const key = `${pod.metadata?.uid} ${container}`;
    if (this.followed.has(key)) return;
    this.followed.add(key);
    try {
      for await (const line of this.logLines(pod, container)) {
        const mark = progressMarkOf(line);
        if (mark) this.controller.progressReported(pod, mark.progress);
      }
    } catch {
      // The end of the pod tells its last progress too.
    }
  }

  /** Lines of a container as they are written, until it ends. */
  async *logLines(pod: Pod, container = 'main'): AsyncGenerator<string, void, undefined> {
    const decoder = new TextDecoder();
    let rest = '';
    const ref = { type: resources.pods, namespace: pod.metadata?.namespace, name: pod.metadata?.name ?? '' };
    for await (const chunk of this.kube.logs(ref, { container, follow: true })) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest) yield rest;
  }

  async close(): Promise<void> {
    await this.controller.stop();
    await this.processNode?.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private take({ workflow, status, nodes }: RunSnapshot): void {
    for (const node of nodes) this.nodes.set(node.id, node);
    const whole: Workflow = { ...workflow, status };
    this.options.onChange(whole, [...this.nodes.values()]);
    if (isFinalWorkflowPhase(status.phase)) this.end(whole);
  }
}
