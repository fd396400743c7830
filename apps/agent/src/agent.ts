import { join } from 'node:path';
import type { KubeApi, KubeObject } from '@argosy/kube';
import { resources, systemClock } from '@argosy/kube';
import type { Hello } from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import { WorkflowController } from '@argosy/workflow-controller';
import type { RunSnapshot } from '@argosy/workflow-controller';
import type { Pod } from '@argosy/workflow-spec';
import type { AgentConfig } from './config/agent.config.js';
import type { Credential } from './link/credential.js';
import { Uplink } from './link/uplink.js';
import type { Load } from './link/uplink.js';
import { LogShipper } from './logs/log-shipper.js';
import { Outbox } from './outbox/outbox.js';
import { CommandRunner } from './runs/command-runner.js';
import { deletedFact, factsOf } from './runs/run-facts.js';

const VERSION = '0.1.0';

export interface AgentOptions {
  readonly config: AgentConfig;
  readonly credential: Credential;
  readonly kube: KubeApi;
  readonly logger: Logger;
}

/** The controller of one cluster, with a wire to the control plane. Runs go on whether or not anybody hears of them. */
export class Agent {
  private readonly outbox: Outbox;
  private readonly controller: WorkflowController;
  private readonly logs: LogShipper;
  private readonly commands: CommandRunner;
  private readonly uplink: Uplink;
  private readonly podPhases = new Map<string, string>();

  constructor(private readonly options: AgentOptions) {
    const { config, credential, kube, logger } = options;
    this.outbox = new Outbox({
      dir: join(config.ARGOSY_AGENT_DATA_DIR, 'outbox'),
      onStall: (err) =>
        logger.error({ err }, 'The disk refuses what happens; nothing is lost while this process lives'),
    });
    if (this.outbox.start.state !== 'new') logger.info({ outbox: this.outbox.start }, 'Found the outbox of before');
    this.logs = new LogShipper({ kube, outbox: this.outbox, clock: systemClock, logger });
    this.controller = new WorkflowController({
      kube,
      logger,
      namespace: config.ARGOSY_NAMESPACE,
      supervisor: { image: config.ARGOSY_SUPERVISOR_IMAGE, delivery: config.ARGOSY_SUPERVISOR_DELIVERY },
      onRunChanged: (snapshot) => this.record(snapshot),
      onRunDeleted: (workflow) => this.outbox.append([deletedFact(workflow, Date.now())]),
      onPod: (pod, deleted) => this.podSeen(pod, deleted),
    });
    const resync = (uids: readonly string[] = []): Promise<void> => this.resync(uids);
    this.commands = new CommandRunner({ kube, controller: this.controller, outbox: this.outbox, logger, resync });
    this.uplink = new Uplink({
      url: config.ARGOSY_CONTROL_PLANE_URL,
      credential: credential.credential,
      outbox: this.outbox,
      clock: systemClock,
      random: () => Math.random(),
      logger,
      describeCluster: () => this.describe(),
      load: () => this.load(),
      take: (command) => this.commands.take(command),
      resync,
    });
  }

  async start(): Promise<void> {
    await this.controller.start();
    this.commands.start();
    this.uplink.start();
  }

  /** Ends what is under way in order: nothing new is decided, what was decided is written down, then the wire is cut. */
  async stop(): Promise<void> {
    await this.commands.stop();
    await this.controller.stop();
    await this.logs.stop();
    await this.uplink.stop();
    await this.outbox.close();
  }

  private record(snapshot: RunSnapshot): Promise<void> {
    return this.outbox.append(factsOf(snapshot, Date.now()));
  }

  private async resync(uids: readonly string[]): Promise<void> {
    for (const { metadata } of this.controller.workflows()) {
      if (uids.length > 0 && !uids.includes(metadata.uid ?? '')) continue;
      const snapshot = this.controller.snapshot(metadata.namespace ?? '', metadata.name ?? '');
      if (snapshot) await this.record(snapshot);
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
    const running = this.controller.workflows().filter(({ status }) => !status?.finishedAt).length;
    return {
      runningWorkflows: running,
      runningPods: phases.filter((phase) => phase === 'Running').length,
      pendingPods: phases.filter((phase) => phase !== 'Running').length,
    };
  }

  private async describe(): Promise<Pick<Hello, 'agentVersion' | 'cluster'>> {
    const { items } = await this.options.kube.list<
      KubeObject & { status?: { nodeInfo?: { kubeletVersion?: string } } }
    >(resources.nodes);
    const kubernetesVersion = items[0]?.status?.nodeInfo?.kubeletVersion ?? 'unknown';
    return {
      agentVersion: VERSION,
      cluster: { kubernetesVersion, nodes: items.length, labels: {}, local: kubernetesVersion === 'process' },
    };
  }
}
