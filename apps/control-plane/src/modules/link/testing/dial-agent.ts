import type { AddressInfo } from 'node:net';
import type { AgentFact, CommandMessage, ControlMessage } from '@argosy/link-protocol';
import { AgentSession, decodeControlMessage, encodeMessage, LINK_PATH } from '@argosy/link-protocol';
import { WebSocket } from 'ws';

/** What an agent has on its disk. */
export interface AgentDisk {
  streamId: string;
  facts: AgentFact[][];
  /** Facts up to this number have been forgotten. */
  forgotten: number;
  taken: CommandMessage[];
}
export const newDisk = (streamId = 'stream-1'): AgentDisk => ({ streamId, facts: [], forgotten: 0, taken: [] });

/** One connection of an agent that follows the protocol to the letter. */
export class DialledAgent {
  readonly heard: ControlMessage[] = [];
  readonly closed: Promise<number>;
  private readonly session: AgentSession;
  private waiters: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];

  constructor(
    server: { address(): AddressInfo | string | null },
    credential: string,
    private readonly disk: AgentDisk,
    readonly socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}${LINK_PATH}`, {
      headers: { authorization: `Bearer ${credential}` },
    }),
  ) {
    this.session = new AgentSession({
      streamId: disk.streamId,
      firstSeq: disk.forgotten + 1,
      lastSeq: disk.facts.length,
      lastCommandSeq: disk.taken.at(-1)?.seq ?? 0,
    });
    const cluster = { kubernetesVersion: 'v1.34.0', nodes: 3, labels: {}, local: true };
    socket.on('open', () => socket.send(encodeMessage(this.session.hello({ agentVersion: '1.2.3', cluster }))));
    socket.on('message', (data: Buffer) => this.received(decodeControlMessage(data.toString())));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.on('close', (code) => (this.check(), resolve(code))));
  }

  write(...facts: AgentFact[]): void {
    this.disk.facts.push(facts);
    this.session.written(this.disk.facts.length);
    this.pump();
  }

  send(message: Parameters<typeof encodeMessage>[0]): void {
    this.socket.send(encodeMessage(message));
  }

  /** Resolves when it holds, looked at after every message. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push({ holds, resolve });
      this.check();
    });
  }

  private received(message: ControlMessage): void {
    this.heard.push(message);
    for (const action of this.session.receive(message)) {
      if (action.do === 'forget') this.disk.forgotten = Math.max(this.disk.forgotten, action.upTo);
      if (action.do !== 'take') continue;
      this.disk.taken.push(action.command);
      this.send(this.session.taken(action.command.seq));
    }
    this.pump();
    this.check();
  }

  private pump(): void {
    for (let seq = this.session.next(); seq !== undefined; seq = this.session.next()) {
      const facts = this.disk.facts[seq - 1] ?? [];
      this.session.sending(seq, 100);
      if (this.socket.readyState === WebSocket.OPEN) this.send({ t: 'facts', seq, facts });
    }
  }

  private check(): void {
    const met = this.waiters.filter(({ holds }) => holds());
    this.waiters = this.waiters.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
  }
}
