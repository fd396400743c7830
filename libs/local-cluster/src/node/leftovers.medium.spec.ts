import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Leftovers, processStartTime } from './leftovers.js';

describe('What a killed node left running', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'argosy-leftovers-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is ended by the next one, down to what a program started and left behind', async () => {
    const program = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 0.05'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    new Leftovers(directory).add(program.pid as number);
    const [line] = (await once(program.stdout, 'data')) as [Buffer];
    const grandchild = Number(line.toString());
    await once(program, 'exit');
    expect(processStartTime(grandchild)).toBeDefined();
    new Leftovers(directory).reap();
    // Its pipe closes when the last process that holds it is gone.
    if (!program.stdout.closed) await once(program.stdout, 'close');
    expect(processStartTime(grandchild)).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is told apart from an unrelated process that has got the same pid', async () => {
    const unrelated = spawn('sleep', ['600'], { stdio: 'ignore' });
    const leftovers = new Leftovers(directory);
    const pid = unrelated.pid as number;
    // The record of a process that began at another time.
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    writeFileSync(join(directory, String(pid)), JSON.stringify({ boot, startTime: '1' }));
    leftovers.reap();
    expect(processStartTime(pid)).toBeDefined();
    unrelated.kill('SIGKILL');
    await once(unrelated, 'exit');
  });
});
