import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError } from './errors.js';
import { takeOver } from './previous-server.js';
import { serverUser } from './server-user.js';
import type { ServerUser } from './server-user.js';

const READY_PATIENCE_MS = 30_000;
const STOP_PATIENCE_MS = 10_000;
const LOOK_MS = 25;
const LOG_TAIL = 8192;

export interface EmbeddedPostgresOptions {
  /** Everything is kept here; made when missing. */
  readonly dir: string;
  /** Password of the superuser `postgres`. */
  readonly password: string;
  /** Any free one when absent. */
  readonly port?: number;
  /** Gives up durability for speed; for tests only. */
  readonly volatile?: boolean;
}
export interface EmbeddedPostgres {
  readonly port: number;
  url(database?: string, user?: { name: string; password: string }): string;
  /** Ends every session and the server; what was committed is kept. */
  stop(): Promise<void>;
}

/** Starts the real PostgreSQL from its npm package. Throws EmbeddedPostgresError with a sentence for people. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dir = resolve(options.dir);
  const data = join(dir, 'data');
  makeFolder(dir, data);
  const user = serverUser(dir);
  user.own(dir);
  await takeOver(dir, data);
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(user, dir, data, options);
  return launch(user, dir, data, options);
}

function makeFolder(dir: string, data: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.W_OK);
  } catch (cause) {
    const message = `Cannot write the database to ${dir}: ${(cause as Error).message}`;
    throw new EmbeddedPostgresError('UNWRITABLE', message, { cause });
  }
  if (existsSync(data) && !existsSync(join(data, 'PG_VERSION')) && readdirSync(data).length > 0)
    throw new EmbeddedPostgresError(
      'NOT_A_DATABASE',
      `${data} is not empty and holds no PostgreSQL database. Move it away, or name another data folder.`,
    );
}

/** In a folder aside, so that one that was interrupted leaves nothing that looks like a database. */
async function initialise(
  user: ServerUser,
  dir: string,
  data: string,
  { password, volatile }: EmbeddedPostgresOptions,
): Promise<void> {
  const fresh = `${data}.new`;
  const passwordFile = join(dir, '.password');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  for (const path of [fresh, passwordFile]) user.own(path);
  const settings = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', ...(volatile ? ['--no-sync'] : [])];
  const args = ['-D', fresh, '-U', 'postgres', `--pwfile=${passwordFile}`, ...settings];
  try {
    const { code, said } = await ended(user.start('initdb', args, ['ignore', 'pipe', 'pipe']));
    if (code !== 0)
      throw new EmbeddedPostgresError('BROKEN', `The database in ${dir} could not be made: ${said.trim()}`);
    rmSync(data, { recursive: true, force: true });
    renameSync(fresh, data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function ended(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-LOG_TAIL)));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done({ code, said }));
  });
}

async function launch(
  user: ServerUser,
  dir: string,
  data: string,
  { password, port: wanted, volatile }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const port = wanted ?? (await freePort());
  const unsafe = volatile ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : [];
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', ...unsafe];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const server = new Server(user.start('postgres', args, ['ignore', 'ignore', 'pipe']));
  const url = (database = 'postgres', { name, password: secret } = { name: 'postgres', password }): string =>
    `postgresql://${name}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${database}`;
  try {
    await answering(url(), server);
  } catch (cause) {
    await server.stop();
    throw failure(dir, port, server.complaint ?? (cause as Error).message, cause);
  }
  return { port, url, stop: () => server.stop() };
}

class Server {
  hasExited = false;
  private log = '';
  readonly gone: Promise<void>;

  constructor(private readonly child: ChildProcess) {
    child.stderr?.on('data', (chunk: Buffer) => (this.log = (this.log + chunk.toString()).slice(-LOG_TAIL)));
    this.gone = new Promise((done) => {
      const over = (): void => {
        this.hasExited = true;
        done();
      };
      child.once('exit', over).once('error', over);
    });
  }

  /** The last grave thing it said. */
  get complaint(): string | undefined {
    return this.log
      .trim()
      .split('\n')
      .findLast((line) => /FATAL|PANIC|could not bind/.test(line))
      ?.replace(/^.*?(FATAL|PANIC|LOG|WARNING):\s*/, '');
  }

  /** SIGINT ends sessions at once; SIGTERM would wait for them. */
  async stop(): Promise<void> {
    if (this.hasExited) return;
    this.child.kill('SIGINT');
    const timer = setTimeout(() => this.child.kill('SIGQUIT'), STOP_PATIENCE_MS);
    await this.gone;
    clearTimeout(timer);
  }
}

async function answering(url: string, server: Server): Promise<void> {
  for (const until = Date.now() + READY_PATIENCE_MS; !server.hasExited; await delay(LOOK_MS)) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
    client.on('error', () => undefined);
    try {
      // Something else may listen on the port and say nothing.
      await Promise.race([client.connect(), server.gone]);
      if (!server.hasExited) return;
    } catch (error) {
      if ((error as { code?: string }).code === '28P01' || Date.now() > until) throw error;
    } finally {
      void client.end().catch(() => undefined);
    }
  }
  throw new Error('PostgreSQL ended while it was starting');
}

function failure(dir: string, port: number, reason: string, cause: unknown): EmbeddedPostgresError {
  if (/could not bind|could not create any TCP\/IP sockets/.test(reason))
    return new EmbeddedPostgresError(
      'PORT_IN_USE',
      `The database cannot use port ${port}, because something else does. Stop that, or choose another port.`,
      { cause },
    );
  if (/password authentication failed/.test(reason))
    return new EmbeddedPostgresError(
      'BROKEN',
      `The database in ${dir} does not know its own password, which is kept beside it. Restore that file, or move the folder away.`,
      { cause },
    );
  return new EmbeddedPostgresError(
    'BROKEN',
    `The database in ${dir} does not start: ${reason}. If it is damaged, restore it or move the folder away; nothing in it was changed.`,
    { cause },
  );
}

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
