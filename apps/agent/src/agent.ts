import { join } from 'node:path';
import type { KubeApi, KubeObject } from '@argosy/kube';
import { isKubeError, resources, systemClock } from '@argosy/kube';
import type { Hello } from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import { WorkflowController } from '@argosy/workflow-controller';
import type { Pod } from '@argosy/workflow-spec';
import type { AgentConfig } from './config/agent.config.js';
import { imageOptionsOf } from './config/image-options.js';
import { lockDatabaseOf } from './config/lock-database.js';
import { rulesOf } from './config/rules.js';
import { stepOptionsOf } from './config/step-options.js';
import type { Credential } from './link/credential.js';
import type { Load } from './link/heartbeat.js';
import { lastEpoch, Uplink } from './link/uplink.js';
import { UserMetrics } from './metrics/user-metrics.js';
import { LogShipper } from './logs/log-shipper.js';
import { Outbox } from './outbox/outbox.js';
import { CommandRunner } from './runs/command-runner.js';
import { RunPublisher } from './runs/run-publisher.js';

const VERSION = '0.1.0';

export interface AgentOptions {
  readonly config: AgentConfig;
  readonly credential: Credential;
  readonly kube: KubeApi;
  readonly logger: Logger;
  /** The process has to start anew; what is on disk is fit for that. */
  readonly startOver: (reason: string) => void;
}
export interface AgentHealth extends Load {
  readonly connected: boolean;
  readonly outboxDepth: number;
  readonly outboxBytes: number;
  /** What the disk said when it refused last; undefined while it works. */
  readonly diskError: string | undefined;
}

/** The controller of one cluster, with a wire to the control plane. Runs go on whether or not anybody hears of them. */
export class Agent {
  private readonly outbox: Outbox;
  private readonly controller: WorkflowController;
  private readonly publisher: RunPublisher;
  private readonly logs: LogShipper;
  private readonly commands: CommandRunner;
  private readonly uplink: Uplink;
  /** Those that workflows define. */
  readonly userMetrics: UserMetrics;
  private readonly podPhases = new Map<string, string>();

  constructor(private readonly options: AgentOptions) {
    const { config, kube, logger } = options;
    const clock = systemClock;
    const outbox = openOutbox(config, logger);
    this.outbox = outbox;
    this.publisher = new RunPublisher({ outbox, clock });
    this.logs = new LogShipper({
      kube,
      outbox,
      clock,
      logger,
      announced: (uid) => this.publisher.announced(uid),
      onProgress: (pod, progress) => this.controller.progressReported(pod, progress),
    });
    this.userMetrics = new UserMetrics({
      clock,
      timeToLiveMs: config.ARGOSY_METRICS_TTL_MS,
      onProblem: (problem) => logger.warn({ problem }, 'A metric of a workflow is left out'),
    });
    this.controller = new WorkflowController({
      kube,
      logger,
      namespace: config.ARGOSY_NAMESPACE,
      ...stepOptionsOf(config),
      ...imageOptionsOf(config, kube),
      ...rulesOf(config),
      ...lockDatabaseOf(config, options.credential, logger),
      onRunChanged: (snapshot) => this.publisher.record(snapshot),
      onRunDeleted: (workflow) => this.publisher.deleted(workflow),
      onPod: (pod, deleted) => this.podSeen(pod, deleted),
      onMetrics: (updates) => this.userMetrics.take(updates),
      parallelism: config.ARGOSY_PARALLELISM,
      namespaceParallelism: config.ARGOSY_NAMESPACE_PARALLELISM,
      retentionPolicy: {
        completed: config.ARGOSY_RETAIN_COMPLETED,
        failed: config.ARGOSY_RETAIN_FAILED,
        errored: config.ARGOSY_RETAIN_ERRORED,
      },
      workflowEvents: { enabled: config.ARGOSY_WORKFLOW_EVENTS },
      nodeEvents: { enabled: config.ARGOSY_NODE_EVENTS, sendAsPod: config.ARGOSY_NODE_EVENTS_AS_POD },
      holdsPods: config.ARGOSY_POD_STATUS_CAPTURE_FINALIZER,
      estimateDurations: !config.ARGOSY_SKIP_DURATION_ESTIMATION,
      isPodReleased: (pod) => this.logs.isReleased(pod),
      nodeStatus: {
        alwaysOffload: config.ARGOSY_ALWAYS_OFFLOAD_NODE_STATUS,
        compression: { algorithm: config.ARGOSY_COMPRESSION_ALGORITHM, level: config.ARGOSY_COMPRESSION_LEVEL },
      },
    });
    this.commands = new CommandRunner({
      kube,
      controller: this.controller,
      outbox,
      clock,
      logger,
      epoch: () => lastEpoch(outbox),
      resync: (uids) => this.resync(uids),
    });
    this.uplink = this.makeUplink();
  }

  async start(): Promise<void> {
    await this.controller.start();
    await this.publisher.closeLost(this.controller.workflows());
    await this.logs.closeLost();
    this.commands.start();
    this.uplink.start();
  }

  /** Ends what is under way in order: nothing new is decided, what was decided is written down, then the wire is cut. */
  async stop(): Promise<void> {
    await this.commands.stop();
    await this.controller.stop();
    await this.logs.stop();
    await this.publisher.flush();
    await this.uplink.stop();
    await this.outbox.close();
  }

  health(): AgentHealth {
    return {
      connected: this.uplink.connected,
      outboxDepth: this.outbox.depth,
      outboxBytes: this.outbox.bytes,
      diskError: this.outbox.stalled?.message,
      ...this.load(),
    };
  }

  private makeUplink(): Uplink {
    const { config, credential, logger, startOver } = this.options;
    return new Uplink({
      url: config.ARGOSY_CONTROL_PLANE_URL,
      credential: credential.credential,
      outbox: this.outbox,
      clock: systemClock,
      random: () => Math.random(),
      logger,
      startOver,
      describeCluster: () => this.describe(),
      load: () => this.load(),
      take: (command) => this.commands.take(command),
      knownRuns: () => this.publisher.knownRuns(),
      drained: () => void this.publisher.release().catch((err: unknown) => logger.debug({ err }, 'Stopping')),
    });
  }

  private async resync(uids: readonly string[]): Promise<void> {
    for (const { metadata, status } of this.controller.workflows()) {
      if (uids.length > 0 ? !uids.includes(metadata.uid ?? '') : status?.finishedAt) continue;
      const snapshot = await this.controller.snapshot(metadata.namespace ?? '', metadata.name ?? '');
      if (snapshot) await this.publisher.repeat(snapshot);
    }
  }

  private podSeen(pod: Pod, deleted: boolean): void {
    const { uid = '' } = pod.metadata ?? {};
    const phase = pod.status?.phase;
    if (deleted || phase === 'Succeeded' || phase === 'Failed') this.podPhases.delete(uid);
    else this.podPhases.set(uid, phase ?? 'Pending');
    this.logs.podSeen(pod, deleted);
  }

  private load(): Load {
    const phases = [...this.podPhases.values()];
    const runningPods = phases.filter((phase) => phase === 'Running').length;
    return {
      runningWorkflows: this.controller.workflows().filter(({ status }) => !status?.finishedAt).length,
      runningPods,
      pendingPods: phases.length - runningPods,
    };
  }

  private async describe(): Promise<Pick<Hello, 'agentVersion' | 'cluster'>> {
    // An agent of one namespace may not look at nodes, and does its work all the same.
    const { items } = await this.options.kube.list<ClusterNode>(resources.nodes).catch((error: unknown) => {
      if (isKubeError(error, 'Forbidden')) return { items: [] };
      throw error;
    });
    const kubernetesVersion = items[0]?.status?.nodeInfo?.kubeletVersion ?? 'unknown';
    return {
      agentVersion: VERSION,
      // The process node of a local cluster says what it is where a kubelet tells its version.
      cluster: { kubernetesVersion, nodes: items.length, labels: {}, local: kubernetesVersion === 'process' },
    };
  }
}

type ClusterNode = KubeObject & { status?: { nodeInfo?: { kubeletVersion?: string } } };

function openOutbox(config: AgentConfig, logger: Logger): Outbox {
  const outbox = new Outbox({
    dir: join(config.ARGOSY_AGENT_DATA_DIR, 'outbox'),
    onStall: (err) => logger.error({ err }, 'The disk refuses; what happens now is lost if this process ends'),
  });
  const { start } = outbox;
  if (start.state === 'damaged')
    logger.error({ reason: start.reason }, 'The outbox was damaged; telling everything anew');
  else if (start.state === 'torn') logger.warn({ bytes: start.bytes }, 'Cut off what a crash had left half written');
  return outbox;
}
