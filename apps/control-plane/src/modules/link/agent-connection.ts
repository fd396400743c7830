import type { Bye, ControlMessage, ControlSessionAction, Digests, Heartbeat, Hello } from '@argosy/link-protocol';
import { ControlSession, decodeAgentMessage, encodeMessage } from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import type { WebSocket } from 'ws';
import type { ClusterIdentity } from '../clusters/clusters.service.js';
import type { IngestService, NumberedFacts } from './ingest.service.js';
import type { LinkService } from './link.service.js';
import type { ResyncService } from './resync.service.js';

/** Facts that may wait for the database before the socket is paused. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;
/** Facts taken in with one transaction. */
const BATCH_BYTES = 2 * 1024 * 1024;
/** Heartbeats an agent may miss before it counts as gone. */
export const PATIENCE = 3;

export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly cluster: ClusterIdentity;
  readonly service: LinkService;
  readonly ingest: IngestService;
  readonly resync: ResyncService;
  readonly logger: Logger;
  readonly heartbeatIntervalMs: number;
}
interface Waiting extends NumberedFacts {
  readonly bytes: number;
}

/**
 * One socket of one agent. What it says is understood at once and dealt with in order, one thing after the other; facts
 * that come while the database is busy are taken in together afterwards.
 */
export class AgentConnection {
  private readonly session = new ControlSession();
  private readonly waiting: Waiting[] = [];
  private readonly named = new Set<string>();
  private waitingBytes = 0;
  private streamId = '';
  private chain: Promise<void> = Promise.resolve();
  private ended = false;
  private silence: NodeJS.Timeout | undefined;
  private readonly pings: NodeJS.Timeout;
  /** Absent until the agent has said hello. */
  sessionId: string | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { socket, heartbeatIntervalMs } = options;
    socket.on('message', (data: Buffer) => this.received(data));
    // Lets the agent notice a dead control plane; a dead agent is noticed by its silence.
    this.pings = setInterval(() => socket.ping(), heartbeatIntervalMs);
    socket.on('close', () => {
      this.ended = true;
      clearTimeout(this.silence);
      clearInterval(this.pings);
    });
    this.heard();
  }

  /** There may be commands to send. */
  offerCommands(): void {
    if (this.sessionId !== undefined) this.enqueue(() => this.sendCommands());
  }

  /** Ends the connection and says why. */
  end(code: Bye['code'], message: string): void {
    if (this.ended) return;
    this.send({ t: 'bye', code, message });
    this.ended = true;
    this.options.socket.close(1000);
  }

  /** Resolves when everything that was received has been dealt with. */
  settled(): Promise<void> {
    return this.chain;
  }

  private received(data: Buffer): void {
    this.heard();
    if (this.ended) return;
    let actions: ControlSessionAction[];
    try {
      actions = this.session.receive(decodeAgentMessage(data.toString()));
    } catch (error) {
      return this.end('protocol', (error as Error).message);
    }
    for (const action of actions) this.act(action, data.length);
  }

  private act(action: ControlSessionAction, bytes: number): void {
    switch (action.do) {
      case 'greet':
        return this.enqueue(() => this.greet(action.hello));
      case 'apply':
        this.waiting.push({ seq: action.seq, facts: action.facts, bytes });
        this.waitingBytes += bytes;
        if (this.waitingBytes > MOST_WAITING_BYTES) this.options.socket.pause();
        return this.enqueue(() => this.takeFacts());
      case 'commandsTaken':
        return this.enqueue(() => this.commandsTaken(action.seq));
      case 'compare':
        return this.enqueue(() => this.compare(action.digests));
      case 'heartbeat':
        return this.enqueue(() => this.heartbeat(action.heartbeat));
      case 'refuse':
        return this.end(action.bye.code, action.bye.message);
    }
  }

  private enqueue(work: () => Promise<void>): void {
    const { socket, logger, cluster } = this.options;
    this.chain = this.chain
      .then(() => (socket.readyState === socket.OPEN ? work() : undefined))
      .catch((err: unknown) => {
        // What was not stored is not acknowledged: the agent connects again and sends it again.
        logger.error({ err, cluster: cluster.name }, 'Could not take in what an agent said; it will say it again');
        socket.terminate();
      });
  }

  private async greet(hello: Hello): Promise<void> {
    const { service, cluster, heartbeatIntervalMs } = this.options;
    this.streamId = hello.streamId;
    const { sessionId, storedSeq, resync } = await service.opened(cluster, hello);
    this.sessionId = sessionId;
    const { clusterId, name: clusterName, epoch } = cluster;
    this.send(this.session.welcome(storedSeq, resync, { clusterId, clusterName, epoch, heartbeatIntervalMs }));
    await this.sendCommands();
  }

  private async takeFacts(): Promise<void> {
    const { ingest, cluster, socket, logger } = this.options;
    const batch: Waiting[] = [];
    for (let bytes = 0; bytes < BATCH_BYTES && this.waiting.length > 0; bytes += batch.at(-1)?.bytes ?? 0)
      batch.push(...this.waiting.splice(0, 1));
    const last = batch.at(-1);
    if (!last) return;
    const refused = await ingest.take({ ...cluster, streamId: this.streamId }, batch);
    for (const { fact, error: err } of refused)
      logger.error({ err, cluster: cluster.name, fact: fact.kind }, 'The database refused a fact; it is left out');
    const ack = this.session.applied(last.seq);
    if (ack) this.send(ack);
    this.waitingBytes -= batch.reduce((sum, { bytes }) => sum + bytes, 0);
    if (this.waitingBytes <= MOST_WAITING_BYTES / 2) socket.resume();
  }

  private async commandsTaken(seq: number): Promise<void> {
    await this.options.service.commandsTaken(this.options.cluster, seq);
    await this.sendCommands();
  }

  private async compare({ runs, last }: Digests): Promise<void> {
    const { resync, cluster } = this.options;
    for (const { uid } of runs) this.named.add(uid);
    await resync.compare(cluster, runs);
    if (last) await resync.closeAbsent(cluster, this.named);
  }

  private async heartbeat(heartbeat: Heartbeat): Promise<void> {
    const { service, cluster } = this.options;
    if (!(await service.heard(cluster, this.sessionId ?? '', heartbeat)))
      this.end('replaced', 'another agent of this cluster has connected');
  }

  private async sendCommands(): Promise<void> {
    const room = this.session.commandRoom;
    if (room <= 0) return;
    const { service, cluster } = this.options;
    const commands = await service.pendingCommands(cluster, this.session.lastCommandSent, room);
    for (const command of this.session.offer(commands)) this.send(command);
  }

  private send(message: ControlMessage): void {
    if (!this.ended) this.options.socket.send(encodeMessage(message));
  }

  private heard(): void {
    clearTimeout(this.silence);
    const { socket, heartbeatIntervalMs } = this.options;
    this.silence = setTimeout(() => socket.terminate(), heartbeatIntervalMs * PATIENCE);
  }
}
