import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ArgosyClient, ArgosyError, logIn } from '@argosy/sdk';
import { localCredentialsPath, readCredentials, writeCredentials } from '../credentials/credentials.js';
import { readIfThere } from './data-folder.js';
import { Program, ProgramFailed } from './program.js';

const CONNECT_PATIENCE_MS = 60_000;
const POLL_MS = 100;
const ADMIN_EMAIL = 'admin@argosy.local';

export interface StackOptions {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Folder of the built programs, `dist/apps`. */
  readonly programsDir: string;
  /** Called when a program dies and is started again. */
  readonly onTrouble: (what: string) => void;
  /** Whether programs are started again when they were built anew. */
  readonly reload?: boolean;
  /** Wait before a program that died is started again; doubles up to 30 seconds. Default: 1000. */
  readonly restartDelayMs?: number;
}

export interface Administrator {
  readonly email: string;
  readonly password: string;
  readonly passwordFile: string;
}

/**
 * A control plane and local clusters as child processes of this one, talking to each other as in production: the agents
 * dial the control plane over the same link, and reach their cluster through its Kubernetes API over HTTP.
 */
export class Stack {
  private readonly programs = new Map<string, Program>();
  private readonly restarts = new Map<Program, NodeJS.Timeout>();
  private stopped = false;
  readonly url: string;

  constructor(private readonly options: StackOptions) {
    this.url = `http://${options.host}:${options.port}`;
  }

  async startControlPlane(): Promise<void> {
    const { dataDir, host, port } = this.options;
    await this.launch('control-plane', 'control-plane', {
      ARGOSY_DATA_DIR: dataDir,
      ARGOSY_HOST: host,
      ARGOSY_PORT: String(port),
      ARGOSY_ADMIN_EMAIL: ADMIN_EMAIL,
    });
  }

  get administrator(): Administrator | undefined {
    const passwordFile = join(this.options.dataDir, 'admin-password');
    const password = readIfThere(passwordFile);
    return password === undefined ? undefined : { email: ADMIN_EMAIL, password, passwordFile };
  }

  /** A client with an API token of its own, kept in the data folder for `argosy` commands run from here. */
  async client(): Promise<ArgosyClient> {
    const path = localCredentialsPath(this.options.dataDir);
    const kept = readCredentials(path);
    if (kept) {
      const client = new ArgosyClient({ url: this.url, token: kept.token });
      const valid = await client.viewer().then(
        () => true,
        () => false,
      );
      if (valid) {
        writeCredentials(path, { url: this.url, token: kept.token });
        return client;
      }
    }
    const { administrator } = this;
    if (!administrator) {
      throw new ArgosyError(
        'unauthenticated',
        `The administrator's password is not in ${this.options.dataDir}, so the local clusters cannot be set up. Put it into admin-password there.`,
      );
    }
    const { accessToken } = await logIn(this.url, administrator);
    const { secret } = await new ArgosyClient({ url: this.url, token: accessToken }).createApiToken({
      name: 'argosy up',
    });
    writeCredentials(path, { url: this.url, token: secret });
    return new ArgosyClient({ url: this.url, token: secret });
  }

  /** Starts a local cluster and its agent; registers the cluster when it is new here. */
  async startCluster(client: ArgosyClient, name: string): Promise<void> {
    const dataDir = join(this.options.dataDir, 'clusters', name);
    const ready = await this.launch(`${name}-cluster`, 'local-cluster', {
      ARGOSY_LOCAL_CLUSTER_NAME: name,
      ARGOSY_LOCAL_CLUSTER_DATA_DIR: dataDir,
      ARGOSY_LOCAL_CLUSTER_HOST_DIRECTORIES: process.cwd(),
    });
    const agentDir = join(dataDir, 'agent');
    const joined = readIfThere(join(agentDir, 'credential.json')) !== undefined;
    const joinToken = joined
      ? undefined
      : (await client.registerCluster({ name, labels: { local: 'true' } })).joinToken;
    await this.launch(`${name}-agent`, 'agent', {
      ARGOSY_CONTROL_PLANE_URL: this.url,
      ARGOSY_AGENT_DATA_DIR: agentDir,
      ARGOSY_KUBECONFIG: String(ready.kubeconfig),
      // Local clusters run programs of this machine, whatever the image.
      ARGOSY_IMAGE_LOOKUP: '0',
      ARGOSY_PROGRESS_PATCH_TICK: '3s',
      ...(joinToken ? { ARGOSY_JOIN_TOKEN: joinToken } : {}),
    });
  }

  /** Waits until every agent's link is up. Asks again and again, because nothing tells about a link that never comes. */
  async connected(client: ArgosyClient, names: readonly string[], signal?: AbortSignal): Promise<void> {
    for (const until = Date.now() + CONNECT_PATIENCE_MS; !signal?.aborted;) {
      const clusters = await client.listClusters();
      const missing = names.filter(
        (name) => !clusters.some((cluster) => cluster.name === name && cluster.state === 'CONNECTED'),
      );
      if (missing.length === 0) return;
      if (Date.now() > until) {
        throw new ProgramFailed(
          `The agent of ${missing.join(' and ')} did not connect within ${CONNECT_PATIENCE_MS / 1000} s. Its log is in ${join(this.options.dataDir, 'logs')}.`,
        );
      }
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Ends `control-plane`, `<cluster>-cluster` or `<cluster>-agent` with SIGKILL, as a crash would; it is started again. */
  async crash(name: string): Promise<void> {
    await this.programs.get(name)?.crash();
  }

  /** Agents first, so that they can say goodbye; the database last. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.restarts.values()) clearTimeout(timer);
    const order = [...this.programs.values()].reverse();
    const controlPlane = order.pop();
    await Promise.all(order.map((program) => program.stop()));
    await controlPlane?.stop();
  }

  private async launch(name: string, app: string, env: Record<string, string>): Promise<Record<string, unknown>> {
    const { dataDir, programsDir } = this.options;
    const program = new Program({
      name,
      file: join(programsDir, app, 'main.js'),
      env,
      logFile: join(dataDir, 'logs', `${name}.log`),
    });
    this.programs.set(name, program);
    if (this.options.reload) program.endWhenRebuilt();
    program.onUnexpectedExit = (how) => this.restart(program, how, this.options.restartDelayMs ?? 1000);
    return program.start();
  }

  private restart(program: Program, how: string, delayMs: number): void {
    if (this.stopped) return;
    this.options.onTrouble(`${how}; starting it again in ${delayMs} ms`);
    const timer = setTimeout(() => {
      program.start().catch((error: Error) => this.restart(program, error.message, Math.min(delayMs * 2, 30_000)));
    }, delayMs);
    this.restarts.set(program, timer);
  }
}
