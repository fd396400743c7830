import { Injectable } from '@nestjs/common';
import type { AgentFact, CommandResult, LogChunk, RunDelta } from '@argosy/link-protocol';
import type { Workflow } from '@argosy/workflow-spec';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import type { Notification } from '../../persistence/notifications.js';
import type { ClusterIdentity } from '../clusters/clusters.service.js';
import { AgentCommandsRepository } from '../runs/agent-commands.repository.js';
import { toYaml } from '../runs/manifest.js';
import { chunkFrom, foldFacts, fromRunPhase, reopens } from './fact-batch.js';
import { IngestRepository, isDataError } from './ingest.repository.js';
import type { ForeignRun, LogKey, PlacedDelta } from './ingest.repository.js';

export interface NumberedFacts {
  readonly seq: number;
  readonly facts: readonly AgentFact[];
}
export interface IngestSource extends ClusterIdentity {
  readonly streamId: string;
}
/** A fact that the database cannot hold, and why. */
export interface RefusedFact {
  readonly fact: AgentFact;
  readonly error: unknown;
}

const isUuid = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** Takes facts of agents into the history: in order, once, many at a time. */
@Injectable()
export class IngestService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly repository: IngestRepository,
    private readonly commands: AgentCommandsRepository,
  ) {}

  /**
   * Applies messages that follow each other, in one transaction with the number of the last. Those that have been applied
   * before are skipped. Throws when the database is not there; facts that it refuses are left out and returned.
   */
  async take(source: IngestSource, messages: readonly NumberedFacts[]): Promise<RefusedFact[]> {
    const last = messages.at(-1)?.seq ?? 0;
    try {
      await this.apply(source, messages, last);
      return [];
    } catch (error) {
      if (!isDataError(error)) throw error;
      return this.oneByOne(source, messages);
    }
  }

  /** One bad fact must not stop all behind it. */
  private async oneByOne(source: IngestSource, messages: readonly NumberedFacts[]): Promise<RefusedFact[]> {
    const refused: RefusedFact[] = [];
    for (const { seq, facts } of messages) {
      for (const [index, fact] of facts.entries()) {
        const isLast = index === facts.length - 1;
        try {
          await this.apply(source, [{ seq, facts: [fact] }], isLast ? seq : seq - 1);
        } catch (error) {
          if (!isDataError(error)) throw error;
          refused.push({ fact, error });
          if (isLast) await this.apply(source, [], seq);
        }
      }
    }
    return refused;
  }

  private async apply(source: IngestSource, messages: readonly NumberedFacts[], upTo: number): Promise<void> {
    const { tenantId, clusterId, streamId } = source;
    await this.database.withTenant(tenantId, async (tx) => {
      const acked = await this.repository.lockStream(tx, tenantId, clusterId, streamId);
      const facts = messages.filter(({ seq }) => seq > acked).flatMap((message) => message.facts);
      const news = await new BatchWriter(source, tx, this.repository, this.commands).write(facts);
      await this.repository.moveStream(tx, clusterId, streamId, upTo);
      await this.notifications.publishAll(tx, news);
    });
  }
}

/** One batch in one transaction. */
class BatchWriter {
  private readonly changed = new Map<string, 'CREATED' | 'UPDATED'>();
  private readonly logged = new Set<string>();
  private runIds = new Map<string, string>();

  constructor(
    private readonly source: IngestSource,
    private readonly tx: Transaction,
    private readonly repository: IngestRepository,
    private readonly commands: AgentCommandsRepository,
  ) {}

  /** Returns what to tell. */
  async write(facts: readonly AgentFact[]): Promise<Notification[]> {
    const { tx, repository } = this;
    const { tenantId, clusterId } = this.source;
    const batch = foldFacts(facts);
    await this.place(batch.runs.filter((delta) => !this.isStale(delta)));
    const uids = [...batch.runs, ...batch.events, ...batch.logs].map(({ uid }) => uid);
    const known = uids.length > 0 ? await repository.knownRuns(tx, clusterId, [...new Set(uids)]) : [];
    this.runIds = new Map(known.map(({ uid, id }) => [uid, id]));
    const phases = new Map(known.map(({ uid, phase }) => [uid, fromRunPhase(phase)]));
    await this.writeRuns(
      batch.runs.filter((delta) => !this.isStale(delta) && !reopens(phases.get(delta.uid) ?? '', delta)),
    );
    const events = batch.events.flatMap((event) => this.placed(event.uid, (runId) => ({ runId, event })));
    if (events.length > 0) await repository.insertEvents(tx, tenantId, events);
    for (const { runId } of events) this.note(runId);
    await this.writeLogs(batch.logs);
    if (batch.deleted.length > 0)
      for (const id of await repository.markDeleted(tx, clusterId, batch.deleted)) this.note(id);
    for (const result of batch.results) await this.completeCommand(result);
    return this.news();
  }

  /** A cluster that was given a new lease since then may no longer speak for runs of the old one. */
  private isStale(delta: RunDelta): boolean {
    return delta.runId !== undefined && delta.epoch < this.source.epoch;
  }

  /** Finds the row of every run, or makes one for a workflow that was not submitted here. */
  private async place(deltas: readonly RunDelta[]): Promise<void> {
    const { tx, repository } = this;
    const { tenantId, clusterId } = this.source;
    // The rest of a run's deltas finds its row by the object's uid.
    const first = deltas.filter(({ manifest, full }) => manifest !== undefined || full);
    const ours = first.flatMap(({ uid, runId }) => (runId !== undefined && isUuid(runId) ? [{ uid, runId }] : []));
    if (ours.length > 0) await repository.bindRuns(tx, clusterId, ours);
    const known = new Set(
      (
        await repository.knownRuns(
          tx,
          clusterId,
          first.map(({ uid }) => uid),
        )
      ).map(({ uid }) => uid),
    );
    const unknown = first.filter(({ uid }) => !known.has(uid));
    if (unknown.length === 0) return;
    const bygone = await repository.bygone(tx, clusterId, unknown);
    const foreign = unknown.filter(({ uid }) => !bygone.has(uid));
    if (foreign.length === 0) return;
    for (const id of await repository.insertForeign(tx, tenantId, clusterId, foreign.map(foreignRun)))
      this.changed.set(id, 'CREATED');
  }

  private async writeRuns(deltas: readonly RunDelta[]): Promise<void> {
    const { tx, repository } = this;
    const placed: PlacedDelta[] = deltas.flatMap((delta) => this.placed(delta.uid, (runId) => ({ runId, delta })));
    if (placed.length === 0) return;
    await repository.updateRuns(tx, placed);
    const full = placed.filter(({ delta }) => delta.full);
    if (full.length > 0) await repository.removeOtherNodes(tx, full);
    if (placed.some(({ delta }) => delta.nodes.length > 0))
      await repository.upsertNodes(tx, this.source.tenantId, placed);
    for (const { runId } of placed) this.note(runId);
  }

  /** Lines that are stored already, because a stream broke off and the log was shipped again, are left out. */
  private async writeLogs(chunks: readonly LogChunk[]): Promise<void> {
    const { tx, repository } = this;
    const placed = chunks.flatMap((chunk) => this.placed(chunk.uid, (runId) => ({ runId, chunk })));
    if (placed.length === 0) return;
    const keys = new Map(
      placed.map(({ runId, chunk }) => [
        keyOf({ runId, ...chunk }),
        { runId, nodeId: chunk.nodeId, container: chunk.container },
      ]),
    );
    const stored = await repository.nextLines(tx, [...keys.values()]);
    const next = new Map(stored.map((row) => [keyOf(row), row.next]));
    const fresh = placed.flatMap(({ runId, chunk }) => {
      const key = keyOf({ runId, ...chunk });
      const rest = chunkFrom(chunk, next.get(key) ?? 0);
      if (!rest) return [];
      next.set(key, rest.firstLine + rest.lines.length);
      return [{ runId, chunk: rest }];
    });
    // A last chunk without lines begins where the one before it does when that one had none either.
    if (fresh.length > 0) await repository.insertLogs(tx, this.source.tenantId, mergeEmpty(fresh));
    for (const { runId } of fresh) this.logged.add(runId);
  }

  private async completeCommand({ commandId, ok, code, message }: CommandResult): Promise<void> {
    const { tx, repository } = this;
    if (!isUuid(commandId)) return;
    const body = await this.commands.complete(tx, commandId, ok, message);
    if (ok || !body || body.type === 'ResyncRuns') return;
    const text = message ?? code ?? 'refused';
    if (body.type === 'CreateWorkflow') {
      if (await repository.failSubmitted(tx, body.runId, `The cluster refused the workflow: ${text}`))
        this.note(body.runId);
      return;
    }
    const event = { nodeId: null, reason: `${body.type}Refused`, message: text, at: new Date().toISOString() };
    await repository.insertEvents(tx, this.source.tenantId, [{ runId: body.runId, event }]);
    this.note(body.runId);
  }

  private placed<T>(uid: string, make: (runId: string) => T): T[] {
    const runId = this.runIds.get(uid);
    return runId === undefined ? [] : [make(runId)];
  }

  private note(runId: string): void {
    if (!this.changed.has(runId)) this.changed.set(runId, 'UPDATED');
  }

  private news(): Notification[] {
    const { tenantId } = this.source;
    return [
      ...[...this.changed].map(([runId, change]) => ({ kind: 'run' as const, tenantId, runId, change })),
      ...[...this.logged].map((runId) => ({ kind: 'log' as const, tenantId, runId })),
    ];
  }
}

const keyOf = ({ runId, nodeId, container }: LogKey): string => `${runId} ${nodeId} ${container}`;

/** No two chunks of one statement may begin at the same line. */
function mergeEmpty(chunks: readonly { runId: string; chunk: LogChunk }[]): { runId: string; chunk: LogChunk }[] {
  const byStart = new Map<string, { runId: string; chunk: LogChunk }>();
  for (const { runId, chunk } of chunks) {
    const key = `${keyOf({ runId, ...chunk })} ${chunk.firstLine}`;
    const before = byStart.get(key)?.chunk;
    byStart.set(key, {
      runId,
      chunk: before
        ? { ...chunk, final: before.final || chunk.final, missingBefore: before.missingBefore + chunk.missingBefore }
        : chunk,
    });
  }
  return [...byStart.values()];
}

function foreignRun(delta: RunDelta): ForeignRun {
  const workflow = delta.manifest as Workflow | undefined;
  return {
    delta,
    manifest: workflow ? toYaml(workflow) : '',
    entrypoint: workflow?.spec?.entrypoint ?? null,
    parameters: (workflow?.spec?.arguments?.parameters ?? []).map(({ name, value }) => ({
      name,
      value: value === undefined || value === null ? null : String(value),
    })),
  };
}
