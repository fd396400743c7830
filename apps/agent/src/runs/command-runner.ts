import type { Clock, KubeApi } from '@argosy/kube';
import { sleep } from '@argosy/kube';
import type { CommandMessage, CommandResult } from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import type { WorkflowController } from '@argosy/workflow-controller';
import type { Outbox } from '../outbox/outbox.js';
import { createWorkflow, deleteWorkflow } from './workflow-commands.js';

export type CommandOutcome = Pick<CommandResult, 'ok' | 'code' | 'message'>;

const COMMAND_MARK = 'command/';
const LAST_COMMAND_MARK = 'lastCommand';
const RETRY_MS = 1000;

/** A command on disk. `begun` says that it may have been carried out already. */
interface TakenCommand {
  readonly command: CommandMessage;
  readonly begun: boolean;
}
export interface CommandRunnerOptions {
  readonly kube: KubeApi;
  readonly controller: Pick<WorkflowController, 'applyIntent'>;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lease epoch of the cluster, as the control plane said last. */
  readonly epoch: () => number;
  /** Sends everything known about these runs; all when none is named. */
  readonly resync: (uids: readonly string[]) => Promise<void>;
}

/** Highest number of a command that is on disk. */
export const lastCommandSeq = (outbox: Outbox): number => Number(outbox.marks.get(LAST_COMMAND_MARK) ?? 0);

/**
 * Carries out commands in their order. A command is on disk before it is acknowledged, and leaves the disk together with its
 * result. A crash in between carries it out again; what it finds done then counts as done.
 */
export class CommandRunner {
  private readonly queue: TakenCommand[];
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: CommandRunnerOptions) {
    this.queue = [...options.outbox.marks]
      .filter(([key]) => key.startsWith(COMMAND_MARK))
      .map(([, taken]) => taken as TakenCommand)
      .sort((a, b) => a.command.seq - b.command.seq);
  }

  start(): void {
    // Cleared behind the drain, not in it: one that finds nothing to do is over before its promise is kept here.
    this.running ??= this.drain().finally(() => {
      this.running = undefined;
      if (this.queue.length > 0 && !this.stopping.signal.aborted) this.start();
    });
  }

  /** Resolves when the command under way is done or given up until the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Resolves when the command is on disk. */
  async take(command: CommandMessage): Promise<void> {
    const taken: TakenCommand = { command, begun: false };
    await this.options.outbox.append([], { [LAST_COMMAND_MARK]: command.seq, [keyOf(command)]: taken });
    this.queue.push(taken);
    this.start();
  }

  private async drain(): Promise<void> {
    const { outbox, logger, clock } = this.options;
    for (let taken = this.queue[0]; taken && !this.stopping.signal.aborted; taken = this.queue[0]) {
      const { command } = taken;
      try {
        if (!taken.begun) {
          await outbox.append([], { [keyOf(command)]: { command, begun: true } satisfies TakenCommand });
          this.queue[0] = { command, begun: true };
        }
        const outcome = await this.carryOut(command, taken.begun);
        await outbox.append([{ kind: 'commandResult', commandId: command.id, ...outcome }], { [keyOf(command)]: null });
        this.queue.shift();
      } catch (err) {
        if (this.stopping.signal.aborted) break;
        logger.warn({ err, command: command.body.type }, 'A command could not be carried out just now; trying again');
        await sleep(clock, RETRY_MS, this.stopping.signal);
      }
    }
  }

  private async carryOut({ body, epoch }: CommandMessage, begunBefore: boolean): Promise<CommandOutcome> {
    const { controller, kube } = this.options;
    const current = this.options.epoch();
    if (epoch < current)
      return { ok: false, code: 'stale-epoch', message: `the cluster's lease has changed (${epoch}, now ${current})` };
    switch (body.type) {
      case 'CreateWorkflow':
        return createWorkflow(kube, body, epoch);
      case 'DeleteWorkflow':
        return deleteWorkflow(kube, body);
      case 'ResyncRuns':
        await this.options.resync(body.uids);
        return { ok: true };
      case 'StopRun':
      case 'TerminateRun':
      case 'SuspendRun':
      case 'ResumeRun':
      case 'RetryRun':
      case 'SetNode': {
        const { runId: _runId, namespace, name, ...intent } = body;
        const result = await controller.applyIntent(namespace, name, intent);
        // Before a crash it was carried out and its result not written down: now there is nothing left to do.
        if (result.ok || (begunBefore && DONE_BEFORE.has(result.code))) return { ok: true };
        return { ok: false, code: result.code, message: result.message };
      }
    }
  }
}

const DONE_BEFORE: ReadonlySet<string> = new Set([
  'not-finished',
  'not-suspended',
  'already-finished',
  'nothing-selected',
]);
const keyOf = ({ seq }: CommandMessage): string => `${COMMAND_MARK}${seq}`;
