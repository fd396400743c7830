import { LINK_PROTOCOL_VERSION, OLDEST_LINK_PROTOCOL_VERSION } from './messages.js';
import type { AgentMessage, Bye, CommandMessage, ControlMessage, Hello, Welcome } from './messages.js';

/** What the agent's disk holds when a connection opens. */
export interface AgentDurableState {
  readonly streamId: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly lastCommandSeq: number;
}
/** Most that is on its way without having been acknowledged. */
export interface FlightWindow {
  readonly messages: number;
  readonly bytes: number;
}
export const DEFAULT_FLIGHT_WINDOW: FlightWindow = { messages: 256, bytes: 8 * 1024 * 1024 };

export type AgentSessionAction =
  | { readonly do: 'open'; readonly welcome: Welcome }
  /** Facts up to this number are stored over there. */
  | { readonly do: 'forget'; readonly upTo: number }
  /** Write the command down, then call `taken`. */
  | { readonly do: 'take'; readonly command: CommandMessage }
  | { readonly do: 'sendDigests' }
  /** The control plane knows facts that this disk does not: it lost some. Start a new stream, then connect again. */
  | { readonly do: 'startNewStream' }
  | { readonly do: 'end'; readonly bye: Bye };

/**
 * The agent's side of one connection, without socket, disk or clock. What must survive is the caller's: it says what is
 * durable (`written`, `taken`), and is told what to send, to write down and to forget.
 */
export class AgentSession {
  private opened = false;
  private acked: number;
  private sent: number;
  private lastSeq: number;
  private takenCommand: number;
  private receivedCommand: number;
  private readonly inFlight: { readonly seq: number; readonly bytes: number }[] = [];
  private inFlightBytes = 0;

  constructor(
    private readonly durable: AgentDurableState,
    private readonly window: FlightWindow = DEFAULT_FLIGHT_WINDOW,
  ) {
    this.acked = this.sent = durable.firstSeq - 1;
    this.lastSeq = durable.lastSeq;
    this.takenCommand = this.receivedCommand = durable.lastCommandSeq;
  }

  hello(self: Pick<Hello, 'agentVersion' | 'cluster'>): Hello {
    const { streamId, firstSeq, lastSeq, lastCommandSeq } = this.durable;
    return { t: 'hello', protocol: LINK_PROTOCOL_VERSION, ...self, streamId, firstSeq, lastSeq, lastCommandSeq };
  }

  receive(message: ControlMessage): AgentSessionAction[] {
    if (message.t === 'bye') return [{ do: 'end', bye: message }];
    if (message.t === 'welcome') return this.opened ? [broken('a second welcome')] : this.welcomed(message);
    if (!this.opened) return [broken(`${message.t} before welcome`)];
    if (message.t === 'ack') return this.acknowledged(message.seq);
    // A command sent again, because an acknowledgement was on its way, is acknowledged by the next one.
    if (message.seq <= this.receivedCommand) return [];
    this.receivedCommand = message.seq;
    return [{ do: 'take', command: message }];
  }

  /** Facts up to this number are in the outbox. */
  written(lastSeq: number): void {
    this.lastSeq = Math.max(this.lastSeq, lastSeq);
  }

  /** Number of the facts to read from the outbox and send next; undefined while there is nothing, or no room. */
  next(): number | undefined {
    const full = this.inFlight.length >= this.window.messages || this.inFlightBytes >= this.window.bytes;
    return this.opened && !full && this.sent < this.lastSeq ? this.sent + 1 : undefined;
  }

  sending(seq: number, bytes: number): void {
    this.sent = seq;
    this.inFlight.push({ seq, bytes });
    this.inFlightBytes += bytes;
  }

  /** Commands up to this number are on disk. */
  taken(seq: number): AgentMessage {
    this.takenCommand = Math.max(this.takenCommand, seq);
    return { t: 'commandAck', seq: this.takenCommand };
  }

  private welcomed(welcome: Welcome): AgentSessionAction[] {
    if (welcome.protocol < OLDEST_LINK_PROTOCOL_VERSION || welcome.protocol > LINK_PROTOCOL_VERSION)
      return [broken(`protocol version ${welcome.protocol}`)];
    if (welcome.ackedSeq > this.durable.lastSeq) return [{ do: 'startNewStream' }];
    this.opened = true;
    this.acked = this.sent = Math.max(this.acked, welcome.ackedSeq);
    return [
      { do: 'open', welcome },
      { do: 'forget', upTo: this.acked },
      ...(welcome.resync ? [{ do: 'sendDigests' as const }] : []),
    ];
  }

  private acknowledged(seq: number): AgentSessionAction[] {
    if (seq > this.sent) return [broken(`acknowledged ${seq} though ${this.sent} was sent last`)];
    if (seq <= this.acked) return [];
    this.acked = seq;
    while (this.inFlight[0] && this.inFlight[0].seq <= seq) this.inFlightBytes -= this.inFlight.shift()?.bytes ?? 0;
    return [{ do: 'forget', upTo: seq }];
  }
}

const broken = (what: string): AgentSessionAction => ({
  do: 'end',
  bye: { t: 'bye', code: 'protocol', message: `unexpected ${what}` },
});
