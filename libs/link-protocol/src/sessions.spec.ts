import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AgentSession } from './agent-session.js';
import { ControlSession } from './control-session.js';
import type { AgentFact, AgentMessage, CommandMessage, ControlMessage, Hello } from './messages.js';
import { decodeAgentMessage, decodeControlMessage, encodeMessage } from './wire.js';

const SELF: Pick<Hello, 'agentVersion' | 'cluster'> = {
  agentVersion: '1',
  cluster: { kubernetesVersion: 'v1.34.0', nodes: 1, labels: {}, local: true },
};
const fact = (id: string): AgentFact => ({ kind: 'commandResult', commandId: id, ok: true });

/** Both sides with their disks, and a wire between them that can be cut, stutter and lag. */
class Simulation {
  // What survives a crash.
  stream = { id: 'stream-0', first: 1, facts: [] as string[] };
  readonly taken: number[] = [];
  readonly applied: string[] = [];
  private readonly stored = new Map<string, number>();
  readonly commands: CommandMessage[] = [];
  // What does not.
  private agent: AgentSession | undefined;
  private control: ControlSession | undefined;
  private up: string[] = [];
  private down: string[] = [];
  private toApply: { seq: number; facts: readonly AgentFact[] }[] = [];
  written = 0;
  digestsAsked = 0;
  streams = 0;

  get lastSeq(): number {
    return this.stream.first + this.stream.facts.length - 1;
  }

  connect(): void {
    this.cut();
    this.agent = new AgentSession(
      {
        streamId: this.stream.id,
        firstSeq: this.stream.first,
        lastSeq: this.lastSeq,
        lastCommandSeq: this.taken.at(-1) ?? 0,
      },
      { messages: 3, bytes: 1000 },
    );
    this.control = new ControlSession();
    this.sendUp(this.agent.hello(SELF));
  }

  /** The wire is cut; either side finds out and forgets the session. Facts received and not committed are forgotten too. */
  cut(): void {
    this.agent = this.control = undefined;
    this.up = [];
    this.down = [];
    this.toApply = [];
  }

  write(): void {
    this.stream.facts.push(`f${++this.written}`);
    this.agent?.written(this.lastSeq);
  }

  command(): void {
    const seq = this.commands.length + 1;
    const body = { type: 'ResyncRuns' as const, uids: [] };
    this.commands.push({ t: 'command', seq, id: `c${seq}`, epoch: 0, body });
  }

  pumpUp(): void {
    const seq = this.agent?.next();
    if (seq === undefined) return;
    const message: AgentMessage = {
      t: 'facts',
      seq,
      facts: [fact(this.stream.facts[seq - this.stream.first] as string)],
    };
    this.agent?.sending(seq, 100);
    this.sendUp(message);
  }

  pumpDown(): void {
    for (const command of this.control?.offer(this.commands.slice(0, 5 + (this.control.lastCommandSent ?? 0))) ?? [])
      this.sendDown(command);
  }

  commit(): void {
    const next = this.toApply.shift();
    if (!next) return;
    this.applied.push(...next.facts.map((each) => (each as { commandId: string }).commandId));
    this.stored.set(this.stream.id, next.seq);
    const ack = this.control?.applied(next.seq);
    if (ack) this.sendDown(ack);
  }

  deliverUp(twice: boolean): void {
    const text = twice ? this.up[0] : this.up.shift();
    // A message that comes twice is possible only after the greeting: a socket begins with one hello.
    if (text === undefined || (twice && text.includes('"hello"'))) return;
    for (const action of this.control?.receive(decodeAgentMessage(text)) ?? []) {
      if (action.do === 'greet') {
        const storedSeq = this.stored.get(action.hello.streamId) ?? 0;
        const rest = { clusterId: 'c', clusterName: 'c', epoch: 1, heartbeatIntervalMs: 1000 };
        this.sendDown((this.control as ControlSession).welcome(storedSeq, false, rest));
      } else if (action.do === 'apply') this.toApply.push(action);
      else if (action.do === 'refuse') throw new Error(action.bye.message);
    }
  }

  deliverDown(twice: boolean): void {
    const text = twice ? this.down[0] : this.down.shift();
    if (text === undefined || (twice && text.includes('"welcome"'))) return;
    for (const action of this.agent?.receive(decodeControlMessage(text)) ?? []) {
      if (action.do === 'forget') this.forget(action.upTo);
      else if (action.do === 'take') {
        this.taken.push(action.command.seq);
        const ack = this.agent?.taken(action.command.seq);
        if (ack) this.sendUp(ack);
      } else if (action.do === 'sendDigests') this.digestsAsked += 1;
      else if (action.do === 'startNewStream') this.newStream();
      else if (action.do === 'end') throw new Error(action.bye.message);
    }
  }

  /** The outbox was damaged: what it held is gone, the next facts begin a new stream. */
  newStream(): void {
    this.stream = { id: `stream-${++this.streams}`, first: 1, facts: [] };
    this.cut();
  }

  restoreBackup(seq: number): void {
    this.stored.set(this.stream.id, Math.min(seq, this.stored.get(this.stream.id) ?? 0));
    this.cut();
  }

  settle(): void {
    this.connect();
    for (let round = 0; round < 1000; round++) {
      this.pumpUp();
      this.pumpDown();
      this.deliverUp(false);
      this.deliverDown(false);
      this.commit();
    }
  }

  private forget(upTo: number): void {
    const gone = Math.max(0, upTo - this.stream.first + 1);
    this.stream.facts.splice(0, gone);
    this.stream.first += gone;
  }
  private sendUp(message: AgentMessage): void {
    this.up.push(encodeMessage(message));
  }
  private sendDown(message: ControlMessage): void {
    this.down.push(encodeMessage(message));
  }
}

const action = fc.oneof(
  { weight: 6, arbitrary: fc.constant((s: Simulation) => s.write()) },
  { weight: 3, arbitrary: fc.constant((s: Simulation) => s.command()) },
  { weight: 8, arbitrary: fc.constant((s: Simulation) => s.pumpUp()) },
  { weight: 4, arbitrary: fc.constant((s: Simulation) => s.pumpDown()) },
  { weight: 8, arbitrary: fc.constant((s: Simulation) => s.deliverUp(false)) },
  { weight: 8, arbitrary: fc.constant((s: Simulation) => s.deliverDown(false)) },
  { weight: 2, arbitrary: fc.constant((s: Simulation) => s.deliverUp(true)) },
  { weight: 2, arbitrary: fc.constant((s: Simulation) => s.deliverDown(true)) },
  { weight: 5, arbitrary: fc.constant((s: Simulation) => s.commit()) },
  { weight: 1, arbitrary: fc.constant((s: Simulation) => s.cut()) },
  { weight: 2, arbitrary: fc.constant((s: Simulation) => s.connect()) },
);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('the two sides of a link', () => {
  it('apply every fact and take every command once and in order, whatever is cut, doubled or late', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const simulation = new Simulation();
        for (const act of actions) act(simulation);
        simulation.settle();
        expect(simulation.applied).toEqual(upTo(simulation.written).map((n) => `f${n}`));
        expect(simulation.taken).toEqual(upTo(simulation.commands.length));
        expect(simulation.stream.facts).toEqual([]);
        expect(simulation.digestsAsked).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('ask for digests when the control plane lost facts that the agent has forgotten', () => {
    const simulation = new Simulation();
    for (let n = 0; n < 10; n++) simulation.write();
    simulation.settle();
    simulation.restoreBackup(4);
    simulation.write();
    simulation.settle();
    expect(simulation.digestsAsked).toBe(1);
    expect(simulation.applied).toHaveLength(11);
  });

  it('start a new stream when the agent lost facts that are stored', () => {
    const simulation = new Simulation();
    for (let n = 0; n < 5; n++) simulation.write();
    simulation.settle();
    simulation.stream.first = 1;
    simulation.settle();
    expect(simulation.streams).toBe(1);
    simulation.write();
    simulation.settle();
    expect(simulation.applied.at(-1)).toBe('f6');
  });

  it('send no more than the window has room for', () => {
    const agent = new AgentSession(
      { streamId: 's', firstSeq: 1, lastSeq: 10, lastCommandSeq: 0 },
      { messages: 3, bytes: 1000 },
    );
    expect(agent.next()).toBeUndefined();
    const welcome = { protocol: 1, clusterId: 'c', clusterName: 'c', ackedSeq: 0, resync: false, epoch: 0 };
    agent.receive({ t: 'welcome', ...welcome, heartbeatIntervalMs: 1 });
    for (const seq of [1, 2, 3]) {
      expect(agent.next()).toBe(seq);
      agent.sending(seq, 10);
    }
    expect(agent.next()).toBeUndefined();
    agent.receive({ t: 'ack', seq: 1 });
    agent.sending(4, 5000);
    agent.receive({ t: 'ack', seq: 3 });
    expect(agent.next()).toBeUndefined();
    agent.receive({ t: 'ack', seq: 4 });
    expect(agent.next()).toBe(5);
  });

  it('refuse what is out of order, and an agent that is too old', () => {
    const control = new ControlSession();
    expect(control.receive({ t: 'commandAck', seq: 1 })).toMatchObject([{ do: 'refuse' }]);
    const hello: Hello = {
      t: 'hello',
      protocol: 1,
      ...SELF,
      streamId: 's',
      firstSeq: 1,
      lastSeq: 9,
      lastCommandSeq: 0,
    };
    expect(new ControlSession().receive({ ...hello, protocol: 0 })).toMatchObject([{ do: 'refuse' }]);
    expect(control.receive(hello)).toMatchObject([{ do: 'greet' }]);
    expect(
      control.welcome(3, true, { clusterId: 'c', clusterName: 'c', epoch: 0, heartbeatIntervalMs: 1 }).ackedSeq,
    ).toBe(3);
    expect(control.receive({ t: 'facts', seq: 5, facts: [fact('x')] })).toMatchObject([{ do: 'refuse' }]);
    expect(control.receive({ t: 'facts', seq: 3, facts: [fact('x')] })).toEqual([]);
    expect(control.receive({ t: 'facts', seq: 4, facts: [fact('x')] })).toMatchObject([{ do: 'apply', seq: 4 }]);
    expect(control.receive(hello)).toMatchObject([{ do: 'refuse' }]);
  });

  it('speak the highest version that both know', () => {
    const control = new ControlSession();
    control.receive({ t: 'hello', protocol: 99, ...SELF, streamId: 's', firstSeq: 1, lastSeq: 0, lastCommandSeq: 0 });
    const rest = { clusterId: 'c', clusterName: 'c', epoch: 0, heartbeatIntervalMs: 1 };
    expect(control.welcome(0, false, rest).protocol).toBe(1);
    const agent = new AgentSession({ streamId: 's', firstSeq: 1, lastSeq: 0, lastCommandSeq: 0 });
    const welcome = { t: 'welcome' as const, ...rest, ackedSeq: 0, resync: false };
    expect(agent.receive({ ...welcome, protocol: 2 })).toMatchObject([{ do: 'end', bye: { code: 'protocol' } }]);
  });
});
