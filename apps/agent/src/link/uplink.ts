import type { Clock } from '@argosy/kube';
import type { AgentSessionAction, CommandMessage, ControlMessage, Hello } from '@argosy/link-protocol';
import { AgentSession, decodeControlMessage, encodeMessage, LINK_PATH } from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import { WebSocket } from 'ws';
import type { Outbox } from '../outbox/outbox.js';

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;

export interface Load {
  readonly runningWorkflows: number;
  readonly runningPods: number;
  readonly pendingPods: number;
}
export interface UplinkOptions {
  readonly url: string;
  readonly credential: string;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly describeCluster: () => Promise<Pick<Hello, 'agentVersion' | 'cluster'>>;
  readonly load: () => Load;
  /** Durably takes a command; it is carried out whenever that can be. */
  readonly take: (command: CommandMessage) => Promise<void>;
  /** The control plane asks for everything. */
  readonly resync: () => Promise<void>;
}

/** Keeps the connection to the control plane: dials, sends what the outbox holds, takes commands, and dials again. */
export class Uplink {
  private socket: WebSocket | undefined;
  private session: AgentSession | undefined;
  private delayMs = FIRST_DELAY_MS;
  private stopped = false;
  private cancelTimer: () => void = () => undefined;
  private cancelHeartbeat: () => void = () => undefined;
  private chain: Promise<void> = Promise.resolve();
  private sending = false;
  private readonly sentAt = new Map<number, number>();
  private lagMs = 0;

  constructor(private readonly options: UplinkOptions) {
    options.outbox.onWritten = (lastSeq) => {
      this.session?.written(lastSeq);
      void this.pump();
    };
  }

  start(): void {
    void this.dial();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer();
    this.cancelHeartbeat();
    this.socket?.close(1000);
    await this.chain.catch(() => undefined);
  }

  private async dial(): Promise<void> {
    const { url, credential, outbox, describeCluster, logger } = this.options;
    const self = await describeCluster().catch(() => undefined);
    if (this.stopped) return;
    if (!self) return this.retry('the cluster does not answer');
    const address = new URL(LINK_PATH, url);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address, {
      headers: { authorization: `Bearer ${credential}` },
      handshakeTimeout: LONGEST_DELAY_MS,
    });
    const { streamId, firstSeq, lastSeq } = outbox;
    const lastCommandSeq = Number(outbox.marks.get('lastCommand') ?? 0);
    const session = new AgentSession({ streamId, firstSeq, lastSeq, lastCommandSeq });
    this.socket = socket;
    this.session = session;
    socket.on('open', () => socket.send(encodeMessage(session.hello(self))));
    socket.on('message', (data: Buffer) => this.enqueue(() => this.received(decodeControlMessage(data.toString()))));
    socket.on('error', (err) => logger.debug({ err }, 'The link broke'));
    socket.on('close', (code) => this.closed(socket, `closed with code ${code}`));
  }

  private enqueue(work: () => Promise<void>): void {
    this.chain = this.chain.then(work).catch((err: unknown) => {
      this.options.logger.warn({ err }, 'The link is broken; connecting again');
      this.socket?.terminate();
    });
  }

  private async received(message: ControlMessage): Promise<void> {
    for (const action of this.session?.receive(message) ?? []) await this.perform(action);
    await this.pump();
  }

  private async perform(action: AgentSessionAction): Promise<void> {
    const { outbox, logger } = this.options;
    switch (action.do) {
      case 'open':
        this.delayMs = FIRST_DELAY_MS;
        logger.info({ cluster: action.welcome.clusterName }, 'Connected to the control plane');
        this.beat(action.welcome.heartbeatIntervalMs);
        break;
      case 'forget':
        this.acknowledged(action.upTo);
        outbox.forget(action.upTo);
        break;
      case 'take':
        await this.options.take(action.command);
        this.send(this.session?.taken(action.command.seq));
        break;
      case 'sendDigests':
        await this.options.resync();
        break;
      case 'startNewStream':
        await outbox.startNewStream();
        await this.options.resync();
        this.socket?.terminate();
        break;
      case 'end':
        logger.warn({ code: action.bye.code, reason: action.bye.message }, 'The control plane ended the connection');
        this.socket?.close(1000);
        break;
    }
  }

  /** Sends what is written and not sent, as far as the window allows. One at a time, so that the order stays. */
  private async pump(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      const { session, socket } = this;
      for (let seq = session?.next(); session && seq !== undefined && session === this.session; seq = session.next()) {
        const facts = await this.options.outbox.read(seq);
        if (facts === undefined) throw new Error(`facts ${seq} are not in the outbox`);
        session.sending(seq, facts.length);
        this.sentAt.set(seq, this.options.clock.now());
        if (socket?.readyState === WebSocket.OPEN) socket.send(`{"t":"facts","seq":${seq},"facts":${facts}}`);
      }
    } catch (err) {
      this.options.logger.error({ err }, 'Cannot read the outbox');
      this.socket?.terminate();
    } finally {
      this.sending = false;
    }
  }

  private acknowledged(upTo: number): void {
    for (const [seq, at] of this.sentAt) {
      if (seq > upTo) break;
      this.lagMs = this.options.clock.now() - at;
      this.sentAt.delete(seq);
    }
  }

  private beat(intervalMs: number): void {
    const { clock, load, outbox } = this.options;
    this.cancelHeartbeat();
    this.send({
      t: 'heartbeat',
      at: new Date(clock.now()).toISOString(),
      ...load(),
      outboxDepth: outbox.depth,
      lagMs: this.lagMs,
    });
    const { socket } = this;
    let answered = false;
    socket?.once('pong', () => (answered = true));
    socket?.ping();
    this.cancelHeartbeat = clock.after(intervalMs, () => {
      if (!answered) socket?.terminate();
      else if (socket === this.socket) this.beat(intervalMs);
    });
  }

  private send(message: Parameters<typeof encodeMessage>[0] | undefined): void {
    if (message && this.socket?.readyState === WebSocket.OPEN) this.socket.send(encodeMessage(message));
  }

  private closed(socket: WebSocket, why: string): void {
    if (socket !== this.socket) return;
    this.cancelHeartbeat();
    this.session = undefined;
    this.sentAt.clear();
    this.retry(why);
  }

  /** Full jitter: agents that lost their control plane together do not come back together. */
  private retry(why: string): void {
    if (this.stopped) return;
    const delayMs = this.options.random() * this.delayMs;
    this.options.logger.debug({ why, delayMs }, 'Connecting again soon');
    this.delayMs = Math.min(this.delayMs * 2, LONGEST_DELAY_MS);
    this.cancelTimer = this.options.clock.after(delayMs, () => void this.dial());
  }
}
