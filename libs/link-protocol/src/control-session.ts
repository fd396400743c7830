import { LINK_PROTOCOL_VERSION, OLDEST_LINK_PROTOCOL_VERSION } from './messages.js';
import type {
  AgentFact,
  AgentMessage,
  Bye,
  CommandMessage,
  ControlMessage,
  Digests,
  Heartbeat,
  Hello,
  Welcome,
} from './messages.js';

/** Commands on their way without having been acknowledged. */
const COMMAND_WINDOW = 256;

export type ControlSessionAction =
  /** Look up the stream, then call `welcome`. */
  | { readonly do: 'greet'; readonly hello: Hello }
  /** Apply in this order, in one transaction with the number, then call `applied`. */
  | { readonly do: 'apply'; readonly seq: number; readonly facts: readonly AgentFact[] }
  | { readonly do: 'commandsTaken'; readonly seq: number }
  | { readonly do: 'compare'; readonly digests: Digests }
  | { readonly do: 'heartbeat'; readonly heartbeat: Heartbeat }
  | { readonly do: 'refuse'; readonly bye: Bye };

/** The control plane's side of one connection, without socket, database or clock. */
export class ControlSession {
  private state: 'fresh' | 'greeted' | 'open' = 'fresh';
  private hello: Hello | undefined;
  private received = 0;
  private acked = 0;
  private sentCommand = 0;
  private commandsInFlight: number[] = [];

  receive(message: AgentMessage): ControlSessionAction[] {
    if (message.t === 'hello') return this.greeted(message);
    if (this.state !== 'open') return [refusal(`${message.t} before welcome`)];
    switch (message.t) {
      case 'facts':
        return this.factsReceived(message.seq, message.facts);
      case 'commandAck':
        this.commandsInFlight = this.commandsInFlight.filter((seq) => seq > message.seq);
        return [{ do: 'commandsTaken', seq: message.seq }];
      case 'digests':
        return [{ do: 'compare', digests: message }];
      case 'heartbeat':
        return [{ do: 'heartbeat', heartbeat: message }];
    }
  }

  /**
   * @param storedSeq highest fact number of the agent's stream that is stored here; 0 for a new stream
   * @param resync whether to compare in any case, because an earlier stream of this cluster broke off
   */
  welcome(
    storedSeq: number,
    resync: boolean,
    rest: Pick<Welcome, 'clusterId' | 'clusterName' | 'epoch' | 'heartbeatIntervalMs'>,
  ): Welcome {
    const { protocol, firstSeq, lastCommandSeq } = this.hello as Hello;
    this.state = 'open';
    this.received = this.acked = Math.max(storedSeq, firstSeq - 1);
    this.sentCommand = lastCommandSeq;
    return {
      t: 'welcome',
      protocol: Math.min(protocol, LINK_PROTOCOL_VERSION),
      ackedSeq: this.received,
      resync: resync || storedSeq < firstSeq - 1,
      ...rest,
    };
  }

  /** Facts up to this number are committed. */
  applied(seq: number): ControlMessage | undefined {
    if (seq <= this.acked) return undefined;
    this.acked = seq;
    return { t: 'ack', seq };
  }

  /** Facts received and not applied yet. */
  get behind(): number {
    return this.received - this.acked;
  }

  /** Commands above this number may be offered. */
  get lastCommandSent(): number {
    return this.sentCommand;
  }

  /** How many commands may be sent now. */
  get commandRoom(): number {
    return this.state === 'open' ? COMMAND_WINDOW - this.commandsInFlight.length : 0;
  }

  /** Takes commands in the order of their numbers; gives those to send now. The rest is to be offered again later. */
  offer(commands: readonly CommandMessage[]): CommandMessage[] {
    const fresh = commands.filter(({ seq }) => seq > this.sentCommand).slice(0, this.commandRoom);
    for (const { seq } of fresh) {
      this.commandsInFlight.push(seq);
      this.sentCommand = seq;
    }
    return fresh;
  }

  private greeted(hello: Hello): ControlSessionAction[] {
    if (this.state !== 'fresh') return [refusal('a second hello')];
    if (hello.protocol < OLDEST_LINK_PROTOCOL_VERSION)
      return [refusal(`protocol version ${hello.protocol}; the oldest understood is ${OLDEST_LINK_PROTOCOL_VERSION}`)];
    this.state = 'greeted';
    this.hello = hello;
    return [{ do: 'greet', hello }];
  }

  private factsReceived(seq: number, facts: readonly AgentFact[]): ControlSessionAction[] {
    if (seq <= this.received) return [];
    if (seq !== this.received + 1) return [refusal(`facts ${seq} after ${this.received}`)];
    this.received = seq;
    return [{ do: 'apply', seq, facts }];
  }
}

const refusal = (what: string): ControlSessionAction => ({
  do: 'refuse',
  bye: { t: 'bye', code: 'protocol', message: `unexpected ${what}` },
});
