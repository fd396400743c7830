import type { KubeApi, KubeObject } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { CommandBody, CommandMessage, CommandResult } from '@argosy/link-protocol';
import { RUN_ID_LABEL } from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import type { WorkflowController } from '@argosy/workflow-controller';
import type { Workflow } from '@argosy/workflow-spec';
import type { Outbox } from '../outbox/outbox.js';

type Outcome = Pick<CommandResult, 'ok' | 'code' | 'message'>;
const PREFIX = 'command/';
const RETRY_MS = 1000;

export interface CommandRunnerOptions {
  readonly kube: KubeApi;
  readonly controller: WorkflowController;
  readonly outbox: Outbox;
  readonly logger: Logger;
  /** Sends everything known about runs; all when no uid is given. */
  readonly resync: (uids: readonly string[]) => Promise<void>;
}

/**
 * Carries out commands in their order. A command is on disk before it is acknowledged, and leaves the disk with its result, so
 * a crash in between carries it out again: each is such that this changes nothing.
 */
export class CommandRunner {
  private readonly queue: CommandMessage[] = [];
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly options: CommandRunnerOptions) {
    const pending = [...options.outbox.marks]
      .filter(([key]) => key.startsWith(PREFIX))
      .map(([, command]) => command as CommandMessage);
    this.queue.push(...pending.sort((a, b) => a.seq - b.seq));
  }

  start(): void {
    this.pump();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  async take(command: CommandMessage): Promise<void> {
    await this.options.outbox.append([], { lastCommand: command.seq, [`${PREFIX}${command.seq}`]: command });
    this.queue.push(command);
    this.pump();
  }

  private pump(): void {
    this.running ??= this.drain().finally(() => (this.running = undefined));
  }

  private async drain(): Promise<void> {
    for (let command = this.queue[0]; command && !this.stopped; command = this.queue[0]) {
      try {
        const outcome = await this.carryOut(command.body);
        await this.options.outbox.append([{ kind: 'commandResult', commandId: command.id, ...outcome }], {
          [`${PREFIX}${command.seq}`]: null,
        });
        this.queue.shift();
      } catch (err) {
        this.options.logger.warn(
          { err, command: command.body.type },
          'A command could not be carried out just now; trying again',
        );
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private async carryOut(body: CommandBody): Promise<Outcome> {
    const { controller } = this.options;
    switch (body.type) {
      case 'CreateWorkflow':
        return this.create(body.runId, body.workflow as unknown as Workflow);
      case 'DeleteWorkflow':
        return this.delete(body.namespace, body.name);
      case 'ResyncRuns':
        await this.options.resync(body.uids);
        return { ok: true };
      case 'StopRun':
      case 'TerminateRun':
      case 'SuspendRun':
      case 'ResumeRun':
      case 'RetryRun': {
        const { runId: _runId, namespace, name, ...intent } = body;
        const result = await controller.applyIntent(namespace, name, intent);
        return result.ok ? { ok: true } : { ok: false, code: result.code, message: result.message };
      }
    }
  }

  /** The name is the run's own, so one that exists with its id is the one that was created before a crash. */
  private async create(runId: string, workflow: Workflow): Promise<Outcome> {
    const { kube } = this.options;
    const { namespace, name = '' } = workflow.metadata;
    try {
      await kube.create<Workflow>(resources.workflows, workflow);
      return { ok: true };
    } catch (error) {
      if (isKubeError(error, 'AlreadyExists')) {
        const existing = await kube.get<KubeObject>({ type: resources.workflows, namespace, name });
        if (existing.metadata?.labels?.[RUN_ID_LABEL] === runId) return { ok: true };
        return {
          ok: false,
          code: 'already-exists',
          message: `a workflow called ${name} exists already in namespace ${namespace}`,
        };
      }
      if (isKubeError(error, 'Invalid', 'BadRequest', 'Forbidden', 'NotFound'))
        return { ok: false, code: 'invalid', message: error.message };
      throw error;
    }
  }

  private async delete(namespace: string, name: string): Promise<Outcome> {
    try {
      await this.options.kube.delete(
        { type: resources.workflows, namespace, name },
        { propagationPolicy: 'Background' },
      );
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
    return { ok: true };
  }
}
