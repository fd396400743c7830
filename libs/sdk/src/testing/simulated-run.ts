import type {
  CallPlugin,
  ControllerRules,
  EnsurePod,
  IntentRefused,
  JournalEntry,
  RunIntent,
  SendHttp,
} from '@argosy/workflow-engine';
import { instant, parseTime, projectWorkflow } from '@argosy/workflow-engine';
import type {
  ClusterSimulation,
  PodOutcome,
  RequestOutcome,
  WorkflowSimulation,
} from '@argosy/workflow-engine/testing';
import { templateLibrary } from '@argosy/workflow-spec';
import type { NodeStatus, Workflow, WorkflowPhase } from '@argosy/workflow-spec';
import { loadWorkflow } from './manifests.js';
import type { ManifestOptions } from './manifests.js';
import { milliseconds, succeeds } from './outcome.js';
import { inTime, unscripted } from './response.js';
import type { SimulatedRequest } from './response.js';
import { relativeName, Script } from './script.js';
import type { Scripts } from './script.js';
import type { ConfigMaps } from './simulated-cluster.js';
import { SimulatedCluster } from './simulated-cluster.js';
import type { SimulatedNode, SimulatedValues } from './simulated-node.js';
import { simulatedNode, simulatedValues } from './simulated-node.js';
import { treeLines } from './tree.js';

export type PodScripts = Scripts<EnsurePod, PodOutcome>;
export type RequestScripts = Scripts<SimulatedRequest, RequestOutcome>;

export interface SimulationOptions extends ManifestOptions {
  /** What pods do. One that nothing is said about succeeds. */
  readonly pods?: PodScripts;
  /** What comes of the requests of HTTP and plugin templates. One that nothing is said about succeeds. */
  readonly requests?: RequestScripts;
  /** Data of ConfigMaps by name, for `configMapKeyRef` of parameters and of semaphores. */
  readonly configMaps?: ConfigMaps;
  /** The last run of the same template or schedule that succeeded: durations are estimated by it. */
  readonly earlier?: Workflow;
  /** What the controller is configured with. */
  readonly rules?: Omit<ControllerRules, 'validate'>;
  /** When the run begins; virtual time goes on from there. Default 2026-01-01T00:00:00Z. */
  readonly startAt?: string;
  /** Where it meets other runs, at the present of this cluster. Default: a cluster of its own. */
  readonly cluster?: SimulatedCluster;
}

/** A person's request that the run refused. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';

  constructor(
    readonly code: IntentRefused['code'],
    message: string,
  ) {
    super(message);
  }
}

/** Which nodes a request is for, in Argo's language, for example `displayName=approve`. */
type Selector = string;

/**
 * One run in virtual time. `finish`, `at` and `after` let time pass; the other verbs do something at the present moment.
 * All of them return the run.
 */
export class SimulatedRun {
  /** Every pod that was asked for, oldest first. */
  readonly pods: EnsurePod[] = [];
  /** Every request of an HTTP or plugin template, oldest first. */
  readonly requests: SimulatedRequest[] = [];
  private readonly cluster: ClusterSimulation;
  private readonly simulation: WorkflowSimulation;
  private readonly scripts: readonly { readonly unused: readonly string[] }[];
  private readonly startedAt: number;

  /** @throws ManifestError */
  constructor(manifest: string | Workflow, options: SimulationOptions = {}) {
    const {
      startAt,
      configMaps = {},
      cluster = new SimulatedCluster({ ...(startAt !== undefined && { startAt }) }),
    } = options;
    for (const [configMap, data] of Object.entries(configMaps)) cluster.setConfigMap(configMap, data);
    this.cluster = cluster.simulation;
    this.startedAt = this.cluster.now;
    const { workflow, templates } = loadWorkflow(manifest, options, this.cluster.now);
    const name = workflow.metadata.name ?? '';
    const pods = new Script<EnsurePod, PodOutcome>(name, options.pods ?? {}, () => succeeds());
    const requests = new Script(name, options.requests ?? {}, unscripted);
    this.scripts = [pods, requests];
    const rules = { ...options.rules, validate: options.validate !== false };
    const ofPod = (pod: EnsurePod): PodOutcome => {
      this.pods.push(pod);
      return pods.outcomeOf(pod);
    };
    this.simulation = this.cluster.add(workflow, ofPod, rules);
    const { world } = this.simulation;
    world.requests.script = (command) => {
      const request = this.asked(command);
      this.requests.push(request);
      return inTime(requests.outcomeOf(request), request.template.http);
    };
    world.templates = templateLibrary(templates);
    world.earlier = options.earlier;
  }

  /** Until nothing happens any more by itself: the run ended, or it waits for somebody. */
  finish(): this {
    this.cluster.run(() => this.simulation.isOver);
    return this;
  }
  /** Until a moment, counted from the start of the run, for example `5m`. */
  at(moment: string | number): this {
    const at = this.startedAt + milliseconds(moment);
    if (at < this.cluster.now) throw new RangeError(`${moment} is over: it is ${this.elapsed} s`);
    this.cluster.runTo(instant(at));
    return this;
  }
  /** For a while from now on. */
  after(duration: string | number): this {
    this.cluster.runTo(instant(this.cluster.now + milliseconds(duration)));
    return this;
  }

  stop(options: { readonly node?: Selector; readonly message?: string } = {}): this {
    const { node, message } = options;
    return this.ask({
      type: 'StopRun',
      ...(node !== undefined && { nodeFieldSelector: node }),
      ...(message !== undefined && { message }),
    });
  }
  terminate(): this {
    return this.ask({ type: 'TerminateRun' });
  }
  suspend(): this {
    return this.ask({ type: 'SuspendRun' });
  }
  resume(options: { readonly node?: Selector; readonly by?: string } = {}): this {
    const { node, by } = options;
    return this.ask({
      type: 'ResumeRun',
      ...(node !== undefined && { nodeFieldSelector: node }),
      ...(by !== undefined && { by }),
    });
  }
  /** Runs what failed once more. */
  retry(options: Omit<Extract<RunIntent, { type: 'RetryRun' }>, 'type'> = {}): this {
    return this.ask({ type: 'RetryRun', ...options });
  }
  setNode(node: Selector, change: Omit<Extract<RunIntent, { type: 'SetNode' }>, 'type' | 'nodeFieldSelector'>): this {
    return this.ask({ type: 'SetNode', nodeFieldSelector: node, ...change });
  }
  /** The pod of a node is gone, as after an eviction. */
  losePod(name: string): this {
    const pod = this.pods.findLast(({ nodeId }) => nodeId === this.node(name).id);
    if (pod) this.simulation.world.remove(pod.podName);
    this.simulation.restart();
    return this.pass();
  }
  /** The controller forgets everything that is not in the Workflow objects. */
  restart(): this {
    this.cluster.restart();
    return this.pass();
  }
  /** @throws RequestRefused */
  private ask(intent: RunIntent): this {
    const applied = this.simulation.intent(intent);
    if (!applied.ok) throw new RequestRefused(applied.code, applied.message);
    return this.pass();
  }
  private pass(): this {
    this.simulation.pass();
    this.cluster.settle(this.cluster.called());
    return this;
  }

  get phase(): WorkflowPhase {
    return this.simulation.state.status.phase ?? '';
  }
  get message(): string {
    return this.simulation.message;
  }
  get progress(): string {
    return this.simulation.state.status.progress ?? '';
  }
  /** Seconds since the start of the run. */
  get elapsed(): number {
    return (this.cluster.now - this.startedAt) / 1000;
  }
  /** Outputs with a `globalName`. */
  get outputs(): SimulatedValues {
    return simulatedValues(this.simulation.state.status.outputs);
  }
  /** One line a node: `name: Type Phase (message) -> children`. */
  get tree(): string[] {
    return treeLines(this.name, this.simulation.nodes());
  }
  get nodes(): SimulatedNode[] {
    return this.simulation.nodes().map((node) => this.look(node));
  }
  /** What happened, oldest first: what a controller reports as events. */
  get journal(): readonly JournalEntry[] {
    return this.simulation.journal;
  }
  /** The object as it would be in the cluster. */
  get workflow(): Workflow {
    return projectWorkflow(this.simulation.state);
  }
  get mostPodsAtOnce(): number {
    return this.simulation.mostPodsAtOnce;
  }
  /** Pod objects that are there now, and volume claims, by name. */
  get podObjects(): string[] {
    return this.simulation.world.podNames();
  }
  get claims(): string[] {
    return [...this.simulation.world.claims];
  }
  /** Names in the scripts that no pod and no request has answered to: mostly misspelt. */
  get unusedScripts(): string[] {
    return this.scripts.flatMap(({ unused }) => unused);
  }

  /** By full name, name relative to the workflow (as in the tree), or display name. @throws when there is none, or several */
  node(name: string): SimulatedNode {
    const nodes = this.simulation.nodes();
    const exact = nodes.find((node) => node.name === name || relativeName(this.name, node.name) === name);
    if (exact) return this.look(exact);
    const found = nodes.filter((node) => node.displayName === name);
    const [only] = found;
    if (only && found.length === 1) return this.look(only);
    const names = (found.length > 0 ? found : nodes).map((node) => relativeName(this.name, node.name));
    throw new Error(`${found.length > 0 ? 'several nodes are' : 'no node is'} named ${name}: ${names.join(', ')}`);
  }
  /** What the last pod of a node was asked to do, its tags replaced. @throws when there is none */
  pod(name: string): EnsurePod {
    const { id } = this.node(name);
    const pod = this.pods.findLast(({ nodeId }) => nodeId === id);
    if (!pod) throw new Error(`no pod was made for ${name}`);
    return pod;
  }

  /** What the last request of a node asked for, its tags replaced. @throws when there is none */
  request(name: string): SimulatedRequest {
    const { id } = this.node(name);
    const request = this.requests.findLast(({ nodeId }) => nodeId === id);
    if (!request) throw new Error(`no request was made for ${name}`);
    return request;
  }

  private asked(command: SendHttp | CallPlugin): SimulatedRequest {
    const { nodeId } = command;
    const { name, displayName, templateName } = this.simulation.state.nodes.get(nodeId as never) ?? { name: nodeId };
    return {
      nodeId,
      nodeName: name,
      displayName: displayName ?? name,
      templateName: templateName ?? '',
      template: command.type === 'SendHttp' ? { http: command.request } : command.template,
    };
  }
  private get name(): string {
    return this.simulation.state.workflow.metadata.name ?? '';
  }
  private look(node: NodeStatus): SimulatedNode {
    const nameOf = (id: string): string => {
      const name = this.simulation.state.nodes.get(id as never)?.name;
      return name === undefined ? `?${id}` : relativeName(this.name, name);
    };
    return simulatedNode(node, nameOf, (time) => {
      const at = parseTime(time);
      return at === null ? null : (at - this.startedAt) / 1000;
    });
  }
}
