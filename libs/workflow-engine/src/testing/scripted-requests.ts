import type { CallPlugin, SendHttp } from '../model/command.js';
import { instant } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import type { HttpAnswer, RequestObservation } from '../model/observation.js';

/** What comes of a request, told in advance. */
export type RequestOutcome = { readonly afterMs?: number } & (
  | Partial<HttpAnswer>
  | {
      readonly phase: 'Succeeded' | 'Failed' | 'Error';
      readonly message?: string;
      readonly outputs?: { readonly result: string };
    }
);

interface ScriptedRequest {
  observation: RequestObservation;
  readonly outcome: RequestOutcome;
  answersAt: Instant | null;
}

/** The requests of one controller: known to it alone, and gone with it. */
export class ScriptedRequests {
  script: (command: SendHttp | CallPlugin) => RequestOutcome = () => ({});
  /** How often each node's request went out. */
  readonly sent = new Map<string, number>();
  private readonly requests = new Map<string, ScriptedRequest>();

  observe(nodeId: string): RequestObservation | undefined {
    return this.requests.get(nodeId)?.observation;
  }

  /** @returns whether anything changed */
  perform(command: SendHttp | CallPlugin, now: Instant): boolean {
    const known = this.requests.get(command.nodeId);
    if (!known) {
      if (command.type === 'SendHttp' && command.isRecorded) return false;
      const request: ScriptedRequest = {
        observation: { state: 'ready' },
        outcome: this.script(command),
        answersAt: null,
      };
      this.requests.set(command.nodeId, request);
      if (command.type === 'CallPlugin') this.send(command.nodeId, request, now);
      return true;
    }
    if (known.observation.state !== 'ready') return false;
    this.send(command.nodeId, known, now);
    return false;
  }

  private send(nodeId: string, request: ScriptedRequest, now: Instant): void {
    this.sent.set(nodeId, (this.sent.get(nodeId) ?? 0) + 1);
    request.observation = { state: 'sent' };
    request.answersAt = instant(now + (request.outcome.afterMs ?? 1000));
  }

  /** Whose node is over or gone, nobody waits for. */
  settle(isOpen: (nodeId: string) => boolean): void {
    for (const nodeId of this.requests.keys()) if (!isOpen(nodeId)) this.requests.delete(nodeId);
  }

  /** What a restart of the controller does to them. */
  forget(): void {
    this.requests.clear();
  }

  nextEventAt(): Instant | null {
    const times = [...this.requests.values()].flatMap(({ answersAt }) => answersAt ?? []);
    return times.length === 0 ? null : instant(Math.min(...times));
  }

  /** @returns nodes whose request is answered */
  advanceTo(at: Instant): string[] {
    return [...this.requests].flatMap(([nodeId, request]) => {
      if (request.answersAt === null || request.answersAt > at) return [];
      request.answersAt = null;
      request.observation = answer(request.outcome);
      return [nodeId];
    });
  }
}

function answer(outcome: RequestOutcome): RequestObservation {
  if ('phase' in outcome) {
    const { phase, message = '', outputs } = outcome;
    return { state: 'ended', phase, message, ...(outputs && { outputs }) };
  }
  const { statusCode = 200, headers = {}, body = '' } = outcome;
  return { state: 'answered', answer: { statusCode, headers, body } };
}
