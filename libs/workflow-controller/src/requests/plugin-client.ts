import type { Clock } from '@argosy/kube';
import { sleep } from '@argosy/kube';
import type { RequestObservation } from '@argosy/workflow-engine';
import { durationMs } from '@argosy/workflow-spec';
import type { Outputs, Template, Workflow } from '@argosy/workflow-spec';
import { request } from 'undici';
import type { Slots } from './slots.js';

/** An executor plugin: a server that speaks Argo's contract. */
export interface PluginAddress {
  /** By which workflows name it in `executorPlugins`. */
  readonly name?: string;
  /** Where `/api/v1/template.execute` is found. */
  readonly url: string;
  /** Sent as a bearer token, by which the plugin knows who asks. */
  readonly token?: string;
}

interface Reply {
  readonly node?: {
    readonly phase?: string;
    readonly message?: string;
    readonly outputs?: Outputs;
  } | null;
  readonly requeue?: string | number | null;
}
type Ended = RequestObservation & { readonly state: 'ended' };

const FINAL: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Error']);
const CALL_TIMEOUT_MS = 30_000;
/** When a plugin that has not finished does not say when to come back. */
const DEFAULT_REQUEUE_MS = 10_000;
/** Waits before a plugin that is away is asked again, doubled every time. */
const FIRST_RETRY_MS = 1_000;
const MOST_TRIES = 5;

/** Hands plugin templates to the executor plugins, one after the other, until one of them takes it. */
export class PluginClient {
  constructor(
    private readonly plugins: readonly PluginAddress[],
    private readonly clock: Clock,
    private readonly slots: Slots,
  ) {}

  /** Never rejects. */
  async perform(workflow: Workflow, template: Template, signal: AbortSignal): Promise<RequestObservation> {
    const [name = ''] = Object.keys(template.plugin ?? {});
    const plugins = this.pluginsOf(workflow);
    if (plugins.length === 0) {
      const message = `there is no executor plugin for "${name}": this controller is given none`;
      return { state: 'ended', phase: 'Error', message };
    }
    try {
      for (;;) {
        const outcome = await this.askAll(plugins, workflow, template, signal);
        if ('state' in outcome) return outcome;
        await sleep(this.clock, outcome.againInMs, signal);
        if (signal.aborted) return ended('Error', 'nobody waits for the plugin any more');
      }
    } catch (error) {
      return ended('Failed', error instanceof Error ? error.message : String(error));
    }
  }

  /** A workflow that names plugins means no others. */
  private pluginsOf({ spec: { executorPlugins } }: Workflow): readonly PluginAddress[] {
    if (!executorPlugins?.length) return this.plugins;
    const names = new Set(executorPlugins.map(({ metadata }) => metadata?.name));
    return this.plugins.filter(({ name }) => name !== undefined && names.has(name));
  }

  private async askAll(
    plugins: readonly PluginAddress[],
    workflow: Workflow,
    template: Template,
    signal: AbortSignal,
  ): Promise<Ended | { readonly againInMs: number }> {
    for (const plugin of plugins) {
      const reply = await this.ask(plugin, workflow, template, signal);
      const { phase = '', message = '', outputs } = reply?.node ?? {};
      if (!reply?.node) continue;
      if (FINAL.has(phase)) return { ...ended(phase as Ended['phase'], message), ...(outputs && { outputs }) };
      const requeueMs = reply.requeue ? durationMs(reply.requeue) : null;
      return { againInMs: requeueMs ?? DEFAULT_REQUEUE_MS };
    }
    return ended('Failed', 'no plugin executed the template');
  }

  /** @returns null when the plugin does not execute templates. @throws when it cannot be asked */
  private async ask(
    { url, token }: PluginAddress,
    { metadata: { name, namespace, uid } }: Workflow,
    template: Template,
    signal: AbortSignal,
  ): Promise<Reply | null> {
    const address = `${url.replace(/\/$/, '')}/api/v1/template.execute`;
    const body = JSON.stringify({ workflow: { metadata: { name, namespace, uid } }, template });
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    for (let tries = 1; ; tries++) {
      const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
      const options = { method: 'POST' as const, body, headers, signal: AbortSignal.any([signal, timeout]) };
      const { status, text } = await this.slots.run(async () => {
        const { statusCode, body: answer } = await request(address, options);
        return { status: statusCode, text: await answer.text() };
      });
      if (status === 404) return null;
      if (status === 200) return parseReply(address, text);
      if (status !== 503 || tries === MOST_TRIES) throw new Error(`${address}: ${status} ${text.trim()}`.trim());
      await sleep(this.clock, FIRST_RETRY_MS * 2 ** (tries - 1), signal);
    }
  }
}

const ended = (phase: Ended['phase'], message: string): Ended => ({ state: 'ended', phase, message });

function parseReply(address: string, text: string): Reply {
  let reply: unknown;
  try {
    reply = JSON.parse(text || '{}');
  } catch (cause) {
    throw new Error(`${address} did not answer with JSON`, { cause });
  }
  if (typeof reply !== 'object' || reply === null) throw new Error(`${address} did not answer with an object`);
  return reply;
}
