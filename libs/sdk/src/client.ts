import { ArgosyError } from './errors.js';
import { following } from './following.js';
import {
  ClustersDocument,
  CreateApiTokenDocument,
  DeleteRunDocument,
  LogLinesDocument,
  NodeLogsDocument,
  RegisterClusterDocument,
  ResumeRunDocument,
  ResubmitRunDocument,
  RetryRunDocument,
  SetRunNodeDocument,
  RevokeApiTokenDocument,
  RunChangedDocument,
  RunDocument,
  RunNodesDocument,
  RunsDocument,
  StopRunDocument,
  SubmitRunDocument,
  SuspendRunDocument,
  TerminateRunDocument,
  ViewerDocument,
} from './generated/operations.js';
import type {
  ClusterSummaryFragment,
  CreateApiTokenInput,
  LogLinesSubscription,
  NodeDetailFragment,
  RegisterClusterInput,
  ResubmitRunInput,
  RetryRunInput,
  SetRunNodeInput,
  RunFilter,
  RunOrder,
  RunQuery,
  RunSummaryFragment,
  SubmitRunInput,
  ViewerQuery,
} from './generated/operations.js';
import { expectSuccess } from './refusal.js';
import { Transport } from './transport.js';

export type RunSummary = RunSummaryFragment;
export type RunDetail = NonNullable<RunQuery['run']>;
export type RunNode = NodeDetailFragment;
export type Cluster = ClusterSummaryFragment;
export type LogLine = LogLinesSubscription['logLines'];
export type Viewer = ViewerQuery['viewer'];

export interface ArgosyClientOptions {
  /** Address of the control plane, e.g. `http://127.0.0.1:7460`. */
  readonly url: string;
  /** An API token, or a function that gives the current one. */
  readonly token: string | (() => string | undefined);
}

const FINAL_PHASES: ReadonlySet<RunSummary['phase']> = new Set(['SUCCEEDED', 'FAILED', 'ERROR']);
export const isFinished = (run: Pick<RunSummary, 'phase'>): boolean => FINAL_PHASES.has(run.phase);

/** Everything the control plane offers to programs. Every method throws ArgosyError and nothing else. */
export class ArgosyClient {
  private readonly transport: Transport;

  constructor(options: ArgosyClientOptions) {
    const { token } = options;
    this.transport = new Transport({ url: options.url, token: typeof token === 'function' ? token : () => token });
  }

  /** Ends open subscriptions. The client may be used again afterwards. */
  close(): Promise<void> {
    return this.transport.close();
  }

  async viewer(): Promise<Viewer> {
    return (await this.transport.request(ViewerDocument, {})).viewer;
  }

  async submitRun(input: SubmitRunInput): Promise<RunSummary> {
    const { submitRun } = await this.transport.request(SubmitRunDocument, { input });
    return expectSuccess(submitRun, 'SubmitRunSuccess').run;
  }

  /** One page of runs, newest first unless `orderBy` says otherwise. */
  async listRuns(options: { filter?: RunFilter; orderBy?: RunOrder; first?: number; after?: string } = {}): Promise<{
    runs: RunSummary[];
    totalCount: number;
    nextCursor: string | null;
  }> {
    const { runs } = await this.transport.request(RunsDocument, options);
    return {
      runs: runs.nodes,
      totalCount: runs.totalCount,
      nextCursor: runs.pageInfo.hasNextPage ? runs.pageInfo.endCursor : null,
    };
  }

  /** Throws `not-found` when there is no such run or the caller may not see it. */
  async getRun(id: string): Promise<RunDetail> {
    const { run } = await this.transport.request(RunDocument, { id });
    if (!run) throw new ArgosyError('not-found', `There is no run ${id}.`);
    return run;
  }

  /**
   * A run by its id or by its name: the newest of that name. Throws `not-found` when there is none.
   */
  async findRun(idOrName: string, filter: Omit<RunFilter, 'nameContains'> = {}): Promise<RunDetail> {
    if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(idOrName)) return this.getRun(idOrName);
    for (let after: string | undefined; ;) {
      const page = await this.listRuns({ filter: { ...filter, nameContains: idOrName }, first: 100, after });
      const exact = page.runs.find((run) => run.name === idOrName);
      if (exact) return this.getRun(exact.id);
      if (!page.nextCursor) throw new ArgosyError('not-found', `There is no run called ${idOrName}.`);
      after = page.nextCursor;
    }
  }

  /** All nodes of a run, in the order the server keeps them. */
  async listNodes(runId: string): Promise<RunNode[]> {
    const nodes: RunNode[] = [];
    for (let after: string | null = null; ;) {
      const page: {
        run: { nodes: { nodes: RunNode[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } } | null;
      } = await this.transport.request(RunNodesDocument, { id: runId, after });
      if (!page.run) throw new ArgosyError('not-found', `There is no run ${runId}.`);
      nodes.push(...page.run.nodes.nodes);
      if (!page.run.nodes.pageInfo.hasNextPage) return nodes;
      after = page.run.nodes.pageInfo.endCursor;
    }
  }

  /** With a selector, fails only the suspended nodes that it names. */
  async stopRun(id: string, message?: string, nodeFieldSelector?: string): Promise<RunSummary> {
    const { stopRun } = await this.transport.request(StopRunDocument, { id, message, nodeFieldSelector });
    return expectSuccess(stopRun, 'RunActionSuccess').run;
  }

  /** Gives suspended nodes outputs, a message or an end. */
  async setRunNode(id: string, input: SetRunNodeInput): Promise<RunSummary> {
    const { setRunNode } = await this.transport.request(SetRunNodeDocument, { id, input });
    return expectSuccess(setRunNode, 'RunActionSuccess').run;
  }

  /** A new run that does what this one did. */
  async resubmitRun(id: string, input?: ResubmitRunInput): Promise<RunSummary> {
    const { resubmitRun } = await this.transport.request(ResubmitRunDocument, { id, input });
    return expectSuccess(resubmitRun, 'SubmitRunSuccess').run;
  }

  async terminateRun(id: string): Promise<RunSummary> {
    return expectSuccess((await this.transport.request(TerminateRunDocument, { id })).terminateRun, 'RunActionSuccess')
      .run;
  }

  async suspendRun(id: string): Promise<RunSummary> {
    return expectSuccess((await this.transport.request(SuspendRunDocument, { id })).suspendRun, 'RunActionSuccess').run;
  }

  async resumeRun(id: string, nodeFieldSelector?: string): Promise<RunSummary> {
    return expectSuccess(
      (await this.transport.request(ResumeRunDocument, { id, nodeFieldSelector })).resumeRun,
      'RunActionSuccess',
    ).run;
  }

  async retryRun(id: string, input?: RetryRunInput): Promise<RunSummary> {
    return expectSuccess((await this.transport.request(RetryRunDocument, { id, input })).retryRun, 'RunActionSuccess')
      .run;
  }

  async deleteRun(id: string, purge = false): Promise<void> {
    expectSuccess((await this.transport.request(DeleteRunDocument, { id, purge })).deleteRun, 'DeleteRunSuccess');
  }

  /** The run as it is now, then after every change, over broken connections, until it is finished. */
  async *watchRun(id: string, signal?: AbortSignal): AsyncGenerator<RunSummary, void, undefined> {
    for await (const { runChanged } of following(
      () => this.transport.subscribe(RunChangedDocument, { id }, signal),
      signal,
    )) {
      yield runChanged;
      if (isFinished(runChanged)) return;
    }
  }

  /** Log lines from the start (or from the cursor), then live; none is lost or repeated over broken connections. */
  async *followLogs(
    runId: string,
    options: { nodeId?: string; container?: string; after?: string; signal?: AbortSignal } = {},
  ): AsyncGenerator<LogLine, void, undefined> {
    const { nodeId, container, signal } = options;
    let after = options.after;
    for await (const { logLines } of following(
      () => this.transport.subscribe(LogLinesDocument, { runId, nodeId, container, after }, signal),
      signal,
    )) {
      after = logLines.cursor;
      yield logLines;
    }
  }

  /** The last lines of one node's container; `[]` when it has none or is not known yet. */
  async lastLogLines(runId: string, nodeId: string, last: number, container?: string): Promise<string[]> {
    const { run } = await this.transport.request(NodeLogsDocument, { runId, nodeId, last, container });
    return run?.node?.logs.nodes.map((line) => line.text) ?? [];
  }

  async listClusters(): Promise<Cluster[]> {
    const clusters: Cluster[] = [];
    for (let after: string | undefined; ;) {
      const page = (await this.transport.request(ClustersDocument, { first: 100, after })).clusters;
      clusters.push(...page.nodes);
      if (!page.pageInfo.hasNextPage || !page.pageInfo.endCursor) return clusters;
      after = page.pageInfo.endCursor;
    }
  }

  /** The join token in the answer is shown this once and works once. */
  async registerCluster(
    input: RegisterClusterInput,
  ): Promise<{ cluster: Cluster; joinToken: string; joinTokenExpiresAt: string }> {
    const { registerCluster } = await this.transport.request(RegisterClusterDocument, { input });
    return expectSuccess(registerCluster, 'RegisterClusterSuccess');
  }

  /** The secret in the answer is shown this once. */
  async createApiToken(
    input: CreateApiTokenInput,
  ): Promise<{ secret: string; apiToken: { id: string; name: string; expiresAt: string | null } }> {
    const { createApiToken } = await this.transport.request(CreateApiTokenDocument, { input });
    return expectSuccess(createApiToken, 'CreateApiTokenSuccess');
  }

  async revokeApiToken(id: string): Promise<{ id: string; name: string }> {
    const { revokeApiToken } = await this.transport.request(RevokeApiTokenDocument, { id });
    return expectSuccess(revokeApiToken, 'RevokeApiTokenSuccess').apiToken;
  }
}

/**
 * Exchanges a password for a short-lived access token (15 minutes).
 * Throws `unauthenticated` when the email or password is wrong.
 */
export async function logIn(
  url: string,
  credentials: { email: string; password: string },
): Promise<{ accessToken: string }> {
  const transport = new Transport({ url, token: () => undefined });
  const response = await transport.post('/auth/login', credentials);
  const body = (await response.json().catch(() => ({}))) as { accessToken?: string; message?: string };
  if (response.ok && body.accessToken) return { accessToken: body.accessToken };
  throw new ArgosyError(
    response.status === 401 ? 'unauthenticated' : 'server',
    body.message ??
      (response.status === 401 ? 'Wrong email or password.' : `The server answered with status ${response.status}.`),
  );
}
