import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AgentFact, CommandMessage, ControlMessage, Digests, Heartbeat, Hello } from '@argosy/link-protocol';
import { ControlSession, decodeAgentMessage, encodeMessage, LINK_PATH } from '@argosy/link-protocol';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** The other end of the link, with what it has stored; follows the protocol to the letter. */
export class TestControlPlane {
  readonly facts: AgentFact[] = [];
  readonly commands: CommandMessage[] = [];
  readonly heartbeats: Heartbeat[] = [];
  readonly digests: Digests[] = [];
  readonly hellos: Hello[] = [];
  readonly taken: number[] = [];
  readonly stored = new Map<string, number>();
  epoch = 0;
  resync = false;
  /** Connections that are cut after this many messages from the agent. */
  patience: number[] = [];
  private readonly sockets = new Set<WebSocket>();
  private session: ControlSession | undefined;

  private constructor(
    private readonly http: Server,
    private readonly server: WebSocketServer,
  ) {
    server.on('connection', (socket) => this.connected(socket));
  }

  static async start(): Promise<TestControlPlane> {
    const http = createServer();
    const server = new WebSocketServer({ server: http, path: LINK_PATH });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new TestControlPlane(http, server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }
  get connections(): number {
    return this.sockets.size;
  }

  command(body: CommandMessage['body'], epoch = 0): void {
    const seq = this.commands.length + 1;
    this.commands.push({ t: 'command', seq, id: `command-${seq}`, epoch, body });
    for (const socket of this.sockets) this.offer(socket);
  }

  send(message: ControlMessage): void {
    for (const socket of this.sockets) socket.send(encodeMessage(message));
  }

  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private connected(socket: WebSocket): void {
    const session = new ControlSession();
    this.session = session;
    this.sockets.add(socket);
    let patience = this.patience.shift() ?? Infinity;
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('message', (data: Buffer) => {
      if (patience-- <= 0) return socket.terminate();
      this.received(socket, session, data.toString());
    });
  }

  private received(socket: WebSocket, session: ControlSession, text: string): void {
    let streamId = this.hellos.at(-1)?.streamId ?? '';
    for (const action of session.receive(decodeAgentMessage(text))) {
      switch (action.do) {
        case 'greet': {
          this.hellos.push(action.hello);
          // The acknowledgement of a command may have been lost with the connection; the hello makes up for it.
          if (action.hello.lastCommandSeq > (this.taken.at(-1) ?? 0)) this.taken.push(action.hello.lastCommandSeq);
          streamId = action.hello.streamId;
          const rest = { clusterId: 'c', clusterName: 'east', epoch: this.epoch, heartbeatIntervalMs: 1000 };
          socket.send(encodeMessage(session.welcome(this.stored.get(streamId) ?? 0, this.resync, rest)));
          this.offer(socket);
          break;
        }
        case 'apply': {
          // What was on its way on a connection before this one may have been stored after the welcome.
          if (action.seq > (this.stored.get(streamId) ?? 0)) {
            this.facts.push(...action.facts);
            this.stored.set(streamId, action.seq);
          }
          const ack = session.applied(action.seq);
          if (ack) socket.send(encodeMessage(ack));
          break;
        }
        case 'commandsTaken':
          this.taken.push(action.seq);
          break;
        case 'compare':
          this.digests.push(action.digests);
          break;
        case 'heartbeat':
          this.heartbeats.push(action.heartbeat);
          break;
        case 'refuse':
          throw new Error(action.bye.message);
      }
    }
  }

  private offer(socket: WebSocket): void {
    for (const command of this.session?.offer(this.commands) ?? []) socket.send(encodeMessage(command));
  }
}
