import type { Clock } from '@argosy/kube';
import type { AgentSessionAction, Bye, CommandMessage, ControlMessage, Digests, Hello } from '@argosy/link-protocol';
import {
  AgentSession,
  decodeControlMessage,
  encodeMessage,
  LINK_PATH,
  MESSAGE_LIMIT_BYTES,
} from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import { WebSocket } from 'ws';
import type { Outbox } from '../outbox/outbox.js';
import { lastCommandSeq } from '../runs/command-runner.js';
import { Backoff } from './backoff.js';
import { Heartbeat } from './heartbeat.js';
import type { Load } from './heartbeat.js';

const HANDSHAKE_TIMEOUT_MS = 30_000;
const DIGESTS_PER_MESSAGE = 2000;
const EPOCH_MARK = 'epoch';

export interface UplinkOptions {
  readonly url: string;
  readonly credential: string;
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly describeCluster: () => Promise<Pick<Hello, 'agentVersion' | 'cluster'>>;
  readonly load: () => Load;
  /** Resolves when the command is on disk; it is carried out whenever that can be. */
  readonly take: (command: CommandMessage) => Promise<void>;
  readonly knownRuns: () => Digests['runs'];
  /** Facts were acknowledged: the outbox is shorter. */
  readonly drained: () => void;
  /** What is on disk is not what the control plane knows. It has been forgotten; the agent must start anew. */
  readonly startOver: (reason: string) => void;
}

/** Lease epoch of the cluster as the control plane said last. */
export const lastEpoch = (outbox: Outbox): number => Number(outbox.marks.get(EPOCH_MARK) ?? 0);

/** Keeps the connection to the control plane: dials, sends what the outbox holds, takes commands, and dials again. */
export class Uplink {
  private socket: WebSocket | undefined;
  private session: AgentSession | undefined;
  private chain: Promise<void> = Promise.resolve();
  private pumping = false;
  private stopped = false;
  private cancelDial: () => void = () => undefined;
  private readonly backoff: Backoff;
  private readonly heartbeat: Heartbeat;

  constructor(private readonly options: UplinkOptions) {
    const { outbox, clock, random, load } = options;
    this.backoff = new Backoff(random);
    this.heartbeat = new Heartbeat({ clock, outbox, load });
    outbox.onWritten = (lastSeq) => {
      this.session?.written(lastSeq);
      this.heartbeat.written(lastSeq);
      void this.pump();
    };
  }

  get connected(): boolean {
    return this.heartbeat.beating;
  }

  start(): void {
    void this.dial();
  }

  /** Sends what is written, as far as the control plane takes it at once, and hangs up. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelDial();
    this.heartbeat.stop();
    await this.pump();
    const { socket } = this;
    if (socket && socket.readyState !== WebSocket.CLOSED) {
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      if (socket.readyState === WebSocket.OPEN) socket.close(1000);
      else socket.terminate();
      const cancel = this.options.clock.after(1000, () => socket.terminate());
      await closed;
      cancel();
    }
    await this.chain;
  }

  private async dial(): Promise<void> {
    const { url, credential, describeCluster, logger } = this.options;
    const self = await describeCluster().catch((err: unknown) => void logger.debug({ err }, 'The cluster is silent'));
    if (this.stopped) return;
    if (!self) return this.redial('the cluster does not answer');
    const address = new URL(LINK_PATH, url);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address, {
      headers: { authorization: `Bearer ${credential}` },
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MESSAGE_LIMIT_BYTES,
    });
    this.socket = socket;
    let why = 'closed';
    // Only after what came over the connection before: a command that is being written down must not be asked for again.
    socket.on('open', () => this.enqueue(socket, async () => this.greet(socket, self)));
    socket.on('message', (data: Buffer) => this.enqueue(socket, () => this.received(data.toString())));
    socket.on('ping', () => this.heartbeat.heard());
    socket.on('error', (error) => (why = error.message));
    socket.on('close', () => this.closed(socket, why));
  }

  private greet(socket: WebSocket, self: Pick<Hello, 'agentVersion' | 'cluster'>): void {
    const { outbox } = this.options;
    const { streamId, firstSeq, lastSeq } = outbox;
    this.session = new AgentSession({ streamId, firstSeq, lastSeq, lastCommandSeq: lastCommandSeq(outbox) });
    socket.send(encodeMessage(this.session.hello(self)));
  }

  private enqueue(socket: WebSocket, work: () => Promise<void>): void {
    this.chain = this.chain
      .then(() => (socket === this.socket && socket.readyState === WebSocket.OPEN ? work() : undefined))
      .catch((err: unknown) => {
        this.options.logger.warn({ err }, 'The link is broken; connecting again');
        socket.terminate();
      });
  }

  private async received(text: string): Promise<void> {
    this.heartbeat.heard();
    const message: ControlMessage = decodeControlMessage(text);
    for (const action of this.session?.receive(message) ?? []) await this.perform(action);
    await this.pump();
  }

  private async perform(action: AgentSessionAction): Promise<void> {
    const { outbox, logger, take, drained, knownRuns, startOver } = this.options;
    switch (action.do) {
      case 'open': {
        const { epoch, clusterName, heartbeatIntervalMs } = action.welcome;
        this.backoff.reset();
        if (epoch !== lastEpoch(outbox)) await outbox.append([], { [EPOCH_MARK]: epoch });
        logger.info({ cluster: clusterName }, 'Connected to the control plane');
        const { socket } = this;
        if (socket)
          this.heartbeat.start(
            heartbeatIntervalMs,
            (beat) => this.send(beat),
            () => socket.terminate(),
          );
        break;
      }
      case 'forget':
        this.heartbeat.acknowledged(action.upTo);
        outbox.forget(action.upTo);
        drained();
        break;
      case 'take':
        await take(action.command);
        this.send(this.session?.taken(action.command.seq));
        break;
      case 'sendDigests':
        this.sendDigests(knownRuns());
        break;
      case 'startNewStream':
        this.stopped = true;
        await outbox.startNewStream();
        startOver('the control plane knows facts that are not on this disk');
        break;
      case 'end':
        this.ended(action.bye);
        break;
    }
  }

  private sendDigests(runs: Digests['runs']): void {
    for (let start = 0; start === 0 || start < runs.length; start += DIGESTS_PER_MESSAGE) {
      const part = runs.slice(start, start + DIGESTS_PER_MESSAGE);
      this.send({ t: 'digests', runs: part, last: start + DIGESTS_PER_MESSAGE >= runs.length });
    }
  }

  private ended({ code, message }: Bye): void {
    // Only a control plane that restarts is to be called again soon; what else it says will still hold then.
    if (code === 'shutdown') this.options.logger.info({ reason: message }, 'The control plane is stopping');
    else {
      this.options.logger.error({ code, reason: message }, 'The control plane does not want this agent');
      this.backoff.slowest();
    }
    this.socket?.close(1000);
  }

  /** Sends what is written and not sent, as far as the window allows. One at a time, so that the order stays. */
  private async pump(): Promise<void> {
    const { socket, session } = this;
    if (this.pumping || !session || !socket) return;
    this.pumping = true;
    try {
      for (let seq = session.next(); seq !== undefined && session === this.session; seq = session.next()) {
        const facts = await this.options.outbox.read(seq);
        if (facts === undefined) throw new Error(`facts ${seq} are not in the outbox`);
        session.sending(seq, facts.length);
        if (socket.readyState === WebSocket.OPEN) socket.send(`{"t":"facts","seq":${seq},"facts":${facts}}`);
      }
    } catch (err) {
      this.options.logger.error({ err }, 'Could not read the outbox; connecting again');
      socket.terminate();
    } finally {
      this.pumping = false;
    }
    // Another connection may have come up meanwhile.
    if (session !== this.session) await this.pump();
  }

  private send(message: Parameters<typeof encodeMessage>[0] | undefined): void {
    if (message && this.socket?.readyState === WebSocket.OPEN) this.socket.send(encodeMessage(message));
  }

  private closed(socket: WebSocket, why: string): void {
    if (socket !== this.socket) return;
    this.heartbeat.stop();
    this.session = undefined;
    this.redial(why);
  }

  private redial(why: string): void {
    if (this.stopped) return;
    const delayMs = this.backoff.next();
    this.options.logger.info(
      { reason: why, delayMs: Math.round(delayMs) },
      'No connection to the control plane; trying again',
    );
    this.cancelDial = this.options.clock.after(delayMs, () => void this.dial());
  }
}
