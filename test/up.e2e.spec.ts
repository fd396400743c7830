import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from './harness/start-stack.js';

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** `argosy up ...` as a user runs it. `onOutput` sees everything printed so far. */
function up(
  args: readonly string[],
  onOutput: (output: string, interrupt: () => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [join(repositoryRoot, 'dist/apps/cli/main.js'), 'up', ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  return new Promise((resolve) => {
    let output = '';
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      onOutput(output, () => child.kill('SIGINT'));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** Processes whose environment or command line names the folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return ['environ', 'cmdline'].some((file) => readFileSync(join('/proc', pid, file), 'utf8').includes(folder));
    } catch {
      return false;
    }
  });
}

describe('argosy up', () => {
  let dataDir: string;
  beforeEach(() => void (dataDir = mkdtempSync(join(tmpdir(), 'argosy-up-'))));
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('runs the example pipeline on two clusters, exits 0, leaves no process, and finds its data again', async () => {
    const first = await up(['--data-dir', dataDir, '--port', '0', '--example', 'examples/ci/pipeline.yaml', '--exit']);
    expect(first.output).toContain('Both runs succeeded');
    expect(first.code).toBe(0);
    expect(processesOf(dataDir)).toEqual([]);
    const password = readFileSync(join(dataDir, 'admin-password'), 'utf8');
    expect(statSync(join(dataDir, 'admin-password')).mode & 0o777).toBe(0o600);

    const second = await up(['--data-dir', dataDir, '--port', '0'], (output, interrupt) => {
      if (output.includes('Ctrl-C')) interrupt();
    });
    expect(second.output).toContain(password.trim());
    expect(second.code).toBe(0);
    expect(processesOf(dataDir)).toEqual([]);
  }, 240_000);

  it('exits 1 with the end of the failing step when a run fails', async () => {
    const { code, output } = await up([
      '--data-dir',
      dataDir,
      '--port',
      '0',
      '--cluster',
      'only',
      '--example',
      'examples/workflows/exit-handler.yaml',
      '--exit',
    ]);
    expect(code).toBe(1);
    expect(output).toContain('main: Error (exit code 3)');
    expect(output).toContain('about to fail');
  }, 120_000);

  it('says that the port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, output } = await up(['--data-dir', dataDir, '--port', String(port)]);
    server.close();
    expect({ code, output: output.trim() }).toEqual({
      code: 1,
      output: `error: Port ${port} on 127.0.0.1 is in use by another program. Name another with --port, or 0 for any free one.`,
    });
  }, 30_000);

  it('says that the data folder cannot be written', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    const { code, output } = await up(['--data-dir', join(file, 'below'), '--port', '0']);
    expect(code).toBe(1);
    expect(output).toContain(`Cannot write to ${join(file, 'below')}`);
  }, 30_000);

  it('says that the database in the data folder is damaged, and leaves it alone', async () => {
    mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '18\n');
    writeFileSync(join(dataDir, 'postgres/data/precious'), 'keep me');
    const { code, output } = await up(['--data-dir', dataDir, '--port', '0']);
    expect(code).toBe(1);
    expect(output).toContain(join(dataDir, 'postgres'));
    expect(output).not.toContain('    at ');
    expect(readFileSync(join(dataDir, 'postgres/data/precious'), 'utf8')).toBe('keep me');
    expect(processesOf(dataDir)).toEqual([]);
  }, 60_000);

  it('refuses a port that is none', async () => {
    const { code, output } = await up(['--data-dir', dataDir, '--port', 'http']);
    expect({ code, output: output.trim() }).toEqual({
      code: 1,
      output: 'error: "http" is not a port; it must be a whole number from 0 to 65535.',
    });
  }, 30_000);
});
