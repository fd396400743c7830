import type { AgentMessage, ControlMessage } from '@argosy/link-protocol';
import { ControlSession, decodeAgentMessage, encodeMessage } from '@argosy/link-protocol';
import type { Hello } from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import type { WebSocket } from 'ws';
import type { ClusterIdentity } from '../clusters/clusters.service.js';
import type { LinkService } from './link.service.js';

/** Messages that may wait for the database before the socket is paused. */
const MOST_WAITING = 64;
/** Heartbeats an agent may miss before it counts as gone. */
const PATIENCE = 3;

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly cluster: ClusterIdentity;
  readonly service: LinkService;
  readonly logger: Logger;
  readonly heartbeatIntervalMs: number;
}

/** One socket of one agent: everything it says is done in order, one thing after the other. */
export class AgentConnection {
  private readonly session = new ControlSession();
  private streamId = '';
  private waiting = 0;
  private chain: Promise<void> = Promise.resolve();
  private silence: NodeJS.Timeout | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { socket } = options;
    socket.on('message', (data: Buffer) => this.received(data.toString()));
    socket.on('close', () => clearTimeout(this.silence));
    this.heard();
  }

  /** There may be commands to send. */
  offerCommands(): void {
    this.enqueue(() => this.sendCommands());
  }

  /** Ends the connection and says why. */
  end(code: 'unauthorized' | 'protocol' | 'replaced' | 'shutdown', message: string): void {
    this.send({ t: 'bye', code, message });
    this.options.socket.close(1000);
  }

  /** Resolves when everything that was received has been dealt with. */
  settled(): Promise<void> {
    return this.chain;
  }

  private received(text: string): void {
    this.heard();
    this.enqueue(async () => {
      let message: AgentMessage;
      try {
        message = decodeAgentMessage(text);
      } catch (error) {
        return this.end('protocol', (error as Error).message);
      }
      await this.handle(message);
    });
  }

  private enqueue(work: () => Promise<void> | void): void {
    const { socket, logger, cluster } = this.options;
    if (++this.waiting > MOST_WAITING) socket.pause();
    this.chain = this.chain.then(work).then(
      () => this.done(),
      (err: unknown) => {
        // What was not stored is not acknowledged: the agent connects again and sends it again.
        logger.error({ err, cluster: cluster.name }, 'Could not take in what an agent said; it will say it again');
        socket.terminate();
      },
    );
  }

  private done(): void {
    if (--this.waiting <= MOST_WAITING / 2) this.options.socket.resume();
  }

  private async handle(message: AgentMessage): Promise<void> {
    const { service, cluster } = this.options;
    for (const action of this.session.receive(message)) {
      switch (action.do) {
        case 'greet':
          await this.greet(action.hello);
          break;
        case 'apply': {
          await service.apply(cluster, this.streamId, action.seq, action.facts);
          const ack = this.session.applied(action.seq);
          if (ack) this.send(ack);
          break;
        }
        case 'commandsTaken':
          await service.commandsTaken(cluster, action.seq);
          await this.sendCommands();
          break;
        case 'compare':
          // The digests are only sent when facts are missing here; asking for all is right then, and rare.
          await this.sendCommands();
          break;
        case 'heartbeat':
          await service.heard(cluster, action.heartbeat);
          break;
        case 'refuse':
          this.end(action.bye.code, action.bye.message);
          break;
      }
    }
  }

  private async greet(hello: Hello): Promise<void> {
    const { service, cluster, heartbeatIntervalMs } = this.options;
    this.streamId = hello.streamId;
    const stored = await service.opened(cluster, hello);
    const { clusterId, name: clusterName, epoch } = cluster;
    this.send(this.session.welcome(stored, { clusterId, clusterName, epoch, heartbeatIntervalMs }));
    await this.sendCommands();
  }

  private async sendCommands(): Promise<void> {
    const room = this.session.commandRoom;
    if (room <= 0) return;
    const commands = await this.options.service.pendingCommands(
      this.options.cluster,
      this.session.lastCommandSent,
      room,
    );
    for (const command of this.session.offer(commands)) this.send(command);
  }

  private send(message: ControlMessage): void {
    this.options.socket.send(encodeMessage(message));
  }

  private heard(): void {
    clearTimeout(this.silence);
    const { socket, heartbeatIntervalMs } = this.options;
    this.silence = setTimeout(() => socket.terminate(), heartbeatIntervalMs * PATIENCE);
  }
}
