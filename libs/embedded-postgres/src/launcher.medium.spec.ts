import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres } from './launcher.js';
import type { EmbeddedPostgres } from './launcher.js';

let dir: string;
let running: EmbeddedPostgres | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'argosy-postgres-'));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  rmSync(dir, { recursive: true, force: true });
});

const start = async (more: { port?: number; dir?: string } = {}): Promise<EmbeddedPostgres> =>
  (running = await startEmbeddedPostgres({ dir, password: 'a "secret"', volatile: true, ...more }));

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('embedded PostgreSQL', () => {
  it('keeps its data between starts, in a folder that is for its user alone', async () => {
    const first = await start();
    await query(first.url(), 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700);
    const again = await start();
    expect(await query(again.url(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('leaves no password behind', async () => {
    await start();
    expect(existsSync(join(dir, '.password'))).toBe(false);
  });

  it('starts below a folder that others may not enter', async () => {
    chmodSync(dir, 0o700);
    const server = await start({ dir: join(dir, 'private/postgres') });
    expect(await query(server.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('ends the server that a killed program left, and takes its data over', async () => {
    const first = await start();
    await query(first.url(), 'CREATE TABLE kept AS SELECT 42 AS answer');
    // Its owner is somebody who is not there any more.
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    writeFileSync(join(dir, 'owner.pid'), `${gone.pid}\n`);
    const second = await start();
    expect(await query(second.url(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await expect(query(first.url(), 'SELECT 1')).rejects.toThrow();
  });

  it('leaves alone the server of a program that is still there', async () => {
    const first = await start();
    const owner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    writeFileSync(join(dir, 'owner.pid'), `${owner.pid}\n`);
    await expect(startEmbeddedPostgres({ dir, password: 'x' })).rejects.toMatchObject({
      code: 'IN_USE',
      message: expect.stringContaining(`in use by the process ${owner.pid}`) as unknown,
    });
    expect(await query(first.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    owner.kill();
    await once(owner, 'exit');
  });

  it('tells that its port is taken', async () => {
    const other = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(start({ port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(`cannot use port ${port}`) as unknown,
    });
    other.close();
    await once(other, 'close');
  });

  it('tells that the data folder is damaged, and does not touch it', async () => {
    await (await start()).stop();
    const control = join(dir, 'data/global/pg_control');
    writeFileSync(control, 'garbage');
    await expect(start()).rejects.toMatchObject({
      code: 'BROKEN',
      message: expect.stringMatching(/does not start: .*restore it or move the folder away/) as unknown,
    });
    expect(readFileSync(control, 'utf8')).toBe('garbage');
  });

  it('refuses a folder with something else in it', async () => {
    mkdirSync(join(dir, 'data'));
    writeFileSync(join(dir, 'data/thesis.txt'), 'irreplaceable');
    await expect(start()).rejects.toMatchObject({ code: 'NOT_A_DATABASE' });
    expect(readFileSync(join(dir, 'data/thesis.txt'), 'utf8')).toBe('irreplaceable');
  });

  it('tells that it cannot write to a path', async () => {
    writeFileSync(join(dir, 'file'), '');
    await expect(start({ dir: join(dir, 'file/postgres') })).rejects.toMatchObject({
      code: 'UNWRITABLE',
      message: expect.stringContaining('Cannot write the database to') as unknown,
    });
  });
});
