import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeOutputs, parseTerminationReport } from '@argosy/executor-protocol';
import type { TerminationReport } from '@argosy/executor-protocol';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'argosy-supervisor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Builds into dist/executor as `npm run build` does, with or without the C compiler, and gives a copy that stays. */
function build(name: string, env: NodeJS.ProcessEnv): string {
  const built = spawnSync(process.execPath, [join(root, 'scripts/build-supervisor.mjs'), '--to', join(folder, name)], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(built.stderr);
  return join(folder, name, 'supervisor');
}

const implementations: [string, NodeJS.ProcessEnv][] = [['node', { ARGOSY_NO_C_COMPILER: '1' }]];
if (spawnSync('gcc', ['--version']).status === 0) implementations.unshift(['C', {}]);

describe.each(implementations)('the supervisor in %s', (name, env) => {
  let supervisor: string;
  const reportPath = join(folder, `${name}-report`);
  beforeAll(() => void (supervisor = build(name, env)), 60_000);
  beforeEach(() => rmSync(reportPath, { force: true }));

  const run = (flags: string[], command: string[], extra: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(
      supervisor,
      ['run', '--report', reportPath, ...flags, '--', ...command],
      {
        env: { PATH: process.env.PATH, ...extra },
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    const message = existsSync(reportPath) ? readFileSync(reportPath, 'utf8') : '';
    return {
      status,
      stdout: stdout.toString(),
      stderr: stderr.toString(),
      message,
      report: parseTerminationReport(message),
    };
  };
  const sh = (script: string, flags: string[] = [], extra: NodeJS.ProcessEnv = {}) =>
    run(flags, ['sh', '-c', script], extra);

  it('gives back the exit code of the command', () => {
    expect(sh('exit 0').status).toBe(0);
    expect(sh('exit 42').status).toBe(42);
  });

  it('gives 128 + n for signal n', () => {
    expect(sh('kill -9 $$').status).toBe(137);
    expect(sh('kill -15 $$').status).toBe(143);
  });

  it('passes on what the command prints, and captures it as the result when asked to', () => {
    const { stdout, report } = sh('echo out; echo err >&2', ['--result']);
    expect(stdout).toBe('out\n');
    expect(report).toEqual({ v: 1, parameters: {}, result: 'out' });
    expect(sh('echo out').report?.result).toBeUndefined();
  });

  it('leaves out one trailing line end, not more', () => {
    expect(sh('printf "a\\n\\n"', ['--result']).report?.result).toBe('a\n');
    expect(sh('printf a', ['--result']).report?.result).toBe('a');
    expect(sh('true', ['--result']).report?.result).toBe('');
  });

  it('reports quotes, control characters and any Unicode as they were', () => {
    const text = 'q"\\ \u0001\t é 漢 🚢';
    expect(
      run(['--result'], [process.execPath, '-e', `process.stdout.write(${JSON.stringify(text)})`]).report?.result,
    ).toBe(text);
  });

  it('replaces what is not UTF-8', () => {
    expect(sh("printf 'a\\377b\\303'", ['--result']).report?.result).toBe('a\ufffdb\ufffd');
  });

  it('collects output parameters from files', () => {
    const path = join(folder, 'value');
    expect(sh(`printf '1.5\\n' > ${path}`, ['--parameter', `number=${path}`]).report?.parameters).toEqual({
      number: '1.5',
    });
  });

  it('takes the default of a parameter whose file is missing', () => {
    const flags = ['--parameter', `p=${join(folder, 'absent')}`, '--default', 'p=fall=back'];
    expect(sh('true', flags)).toMatchObject({ status: 0, report: { parameters: { p: 'fall=back' } } });
  });

  it('is an error when a parameter without default is missing, unless the command failed anyway', () => {
    const path = join(folder, 'absent');
    const { status, report } = sh('true', ['--parameter', `p=${path}`]);
    expect(status).toBe(66);
    expect(report?.error).toBe(`cannot read output parameter p from ${path}: No such file or directory`);
    expect(sh('exit 3', ['--parameter', `p=${path}`])).toMatchObject({ status: 3, report: { v: 1, parameters: {} } });
  });

  it('refuses a parameter larger than 256 KiB', () => {
    const path = join(folder, 'large');
    writeFileSync(path, 'x'.repeat(256 * 1024 + 1));
    expect(sh('true', ['--parameter', `p=${path}`])).toMatchObject({
      status: 66,
      report: { error: `cannot read output parameter p from ${path}: larger than 256 KiB` },
    });
  });

  it('refuses parameters larger than 2 MiB together', () => {
    const path = join(folder, 'many');
    writeFileSync(path, 'x'.repeat(256 * 1024));
    const flags = Array.from({ length: 9 }, (_, i) => ['--parameter', `p${i}=${path}`]).flat();
    expect(sh('true', flags)).toMatchObject({
      status: 66,
      report: { parameters: {}, error: 'output parameters are larger than 2 MiB together' },
    });
  });

  it('sends 256 KiB of outputs through the log, whole and checked', () => {
    const path = join(folder, 'much');
    const value = 'abcdefghijklmnopqrstuvwxyz012345'.repeat(8192);
    writeFileSync(path, value);
    const { status, stdout, message, report } = sh('printf "last words"', ['--parameter', `p=${path}`]);
    expect(status).toBe(0);
    expect(message.length).toBeLessThan(4096);
    if (!report?.overflow) throw new Error('no overflow');
    expect(stdout.startsWith('last words\n::argosy-outputs ')).toBe(true);
    expect(decodeOutputs(report.overflow, stdout)).toEqual({ parameters: { p: value } });
  });

  it('keeps the last 256 KiB of a longer result', () => {
    const { stdout, report } = sh('head -c 300000 /dev/zero | tr "\\\\0" x; printf END', ['--result']);
    if (!report?.overflow) throw new Error('no overflow');
    const { result } = decodeOutputs(report.overflow, stdout) ?? {};
    expect(result).toHaveLength(256 * 1024);
    expect(result?.endsWith('xEND')).toBe(true);
  });

  it('tells when the command cannot be started', () => {
    expect(run([], ['no-such-program'])).toMatchObject({
      status: 64,
      report: {
        error: 'failed to find name in PATH: exec: "no-such-program": executable file not found in $PATH',
      },
    });
    const file = join(folder, 'not-executable');
    writeFileSync(file, '');
    chmodSync(file, 0o644);
    const error = (command: string): string | undefined => run([], [command]).report?.error;
    expect(error(file)).toBe(`failed to find name in PATH: exec: "${file}": permission denied`);
    expect(error(folder)).toBe(`failed to find name in PATH: exec: "${folder}": is a directory`);
    expect(error('/no/such')).toBe(
      'failed to find name in PATH: exec: "/no/such": stat /no/such: no such file or directory',
    );
    writeFileSync(file, '#!/no/such/shell\n');
    chmodSync(file, 0o755);
    expect(error(file)).toBe(`failed to start command: fork/exec ${file}: no such file or directory`);
  });

  it('puts a script together from its parts and keeps them out of its environment', () => {
    const path = join(folder, 'script');
    const { report } = run(['--result', '--script', path], ['sh', path], {
      ARGOSY_SCRIPT_0: 'echo one "',
      ARGOSY_SCRIPT_1: 'two"; env | grep ARGOSY_SCRIPT',
    });
    expect(report?.result).toBe('one two');
  });

  it('forwards SIGTERM, and gives the exit code that the command chose', async () => {
    const { code } = await interrupted('trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done', 'SIGTERM');
    expect(code).toBe(7);
  });

  it('kills what does not end within the grace period', async () => {
    const { code } = await interrupted('trap "" TERM; echo ready; while :; do sleep 0.01; done', 'SIGTERM', {
      ARGO_TERMINATION_GRACE_PERIOD_SECONDS: '0',
    });
    expect(code).toBe(137);
  });

  it('waits for the grace less a second before it kills, so that there is time for a report', async () => {
    const { code, seconds, report } = await interrupted(
      'trap "" TERM; echo ready; while :; do sleep 0.01; done',
      'SIGTERM',
      { ARGO_TERMINATION_GRACE_PERIOD_SECONDS: '2' },
    );
    expect(code).toBe(137);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(report).toEqual({ v: 1, parameters: {} });
  });

  it('goes on when nobody reads what the command prints', async () => {
    const child = spawn(
      supervisor,
      [
        'run',
        '--report',
        reportPath,
        '--result',
        '--',
        'sh',
        '-c',
        'read line; for i in 1 2 3; do echo $i; done; exit 7',
      ],
      { env: { PATH: process.env.PATH } },
    );
    child.stdout.destroy();
    child.stdin.end('go\n');
    expect(await new Promise((done) => child.once('exit', done))).toBe(7);
  });

  it('does not call a command successful that it had to cut off', () => {
    const { status, report } = sh('trap "exit 0" TERM; while :; do sleep 0.01; done', [], {
      ARGO_DEADLINE: new Date(Date.now() + 1000).toISOString().replace(/\.\d+Z/, 'Z'),
    });
    expect(status).toBe(143);
    expect(report?.error).toBe('deadline exceeded');
  });

  it('ends the command at its deadline and says so', () => {
    const { status, report } = sh('sleep 600', [], { ARGO_DEADLINE: '2020-01-01T00:00:00Z' });
    expect(status).toBe(143);
    expect(report?.error).toBe('deadline exceeded');
  });

  it('leaves no process of the command behind', () => {
    const marker = `${400 + implementations.length}.${process.pid}`;
    expect(sh(`sleep ${marker} & echo started`, ['--result'])).toMatchObject({
      status: 0,
      report: { result: 'started' },
    });
    expect(spawnSync('pgrep', ['-f', `sleep ${marker}`]).status).toBe(1);
  });

  it('finds processes that made a session of their own', () => {
    const marker = `${500 + implementations.length}.${process.pid}`;
    expect(
      sh(`setsid sleep ${marker} & setsid -f sleep ${marker}; sleep 0.1; echo started`, ['--result']),
    ).toMatchObject({
      status: 0,
      report: { result: 'started' },
    });
    expect(spawnSync('pgrep', ['-f', `sleep ${marker}`]).status).toBe(1);
  });

  describe('in a container set', () => {
    let shared: string;
    beforeEach(() => void (shared = mkdtempSync(join(folder, 'shared-'))));
    const codeOf = (container: string): string => join(shared, 'ctr', container, 'exitcode');
    const leave = (container: string, code: string): void => {
      mkdirSync(join(shared, 'ctr', container), { recursive: true });
      writeFileSync(codeOf(container), code);
    };

    it('leaves its exit code where everybody can read it and leave theirs', () => {
      expect(sh('exit 3', ['--exit-code', codeOf('a')]).status).toBe(3);
      expect(readFileSync(codeOf('a'), 'utf8')).toBe('3');
      expect(statSync(join(shared, 'ctr')).mode & 0o777).toBe(0o777);
      run(['--exit-code', codeOf('b')], ['no-such-program']);
      expect(readFileSync(codeOf('b'), 'utf8')).toBe('64');
    });

    it('begins once everything it waits for has ended well', async () => {
      const after = ['--after', `a=${codeOf('a')}`, '--after', `b=${codeOf('b')}`];
      const child = spawn(supervisor, ['run', '--report', reportPath, ...after, '--', 'sh', '-c', 'echo begun'], {
        env: { PATH: process.env.PATH },
      });
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      const closed = new Promise((done) => child.once('close', done));
      leave('a', '0');
      child.stderr.once('data', () => {
        expect(printed).toBe('');
        leave('b', '0');
      });
      expect(await closed).toBe(0);
      expect(printed).toBe('begun\n');
    });

    it('does not begin when something it waits for has failed, and says so', () => {
      leave('a', '3');
      const ran = join(shared, 'ran');
      const { status, report } = sh(`touch ${ran}`, ['--after', `a=${codeOf('a')}`, '--exit-code', codeOf('b')]);
      expect(status).toBe(64);
      expect(report?.error).toBe('dependency "a" exited with non-zero code: 3');
      expect(existsSync(ran)).toBe(false);
      expect(readFileSync(codeOf('b'), 'utf8')).toBe('64');
    });

    it('can be told to end, and reaches its deadline, while it waits', async () => {
      const after = ['--after', `a=${codeOf('a')}`, '--exit-code', codeOf('b')];
      expect(sh('true', after, { ARGO_DEADLINE: '2020-01-01T00:00:00Z' })).toMatchObject({
        status: 143,
        report: { error: 'deadline exceeded' },
      });
      const child = spawn(supervisor, ['run', '--report', reportPath, ...after, '--', 'true'], {
        env: { PATH: process.env.PATH },
      });
      const closed = new Promise((done) => child.once('close', done));
      child.stderr.once('data', (line: Buffer) => {
        expect(line.toString()).toBe('supervisor: waiting for container a\n');
        child.kill('SIGTERM');
      });
      expect(await closed).toBe(143);
      expect(readFileSync(codeOf('b'), 'utf8')).toBe('143');
    });

    /** Makes the file that each pause asks for, after a look at whether the command has run. */
    const released = async (flags: string[], env: NodeJS.ProcessEnv): Promise<[number, ...string[]]> => {
      const ran = join(shared, 'ran');
      rmSync(ran, { force: true });
      const command = ['sh', '-c', `touch ${ran}; exit 3`];
      const child = spawn(supervisor, ['run', ...flags, '--', ...command], { env: { PATH: process.env.PATH, ...env } });
      const seen: string[] = [];
      createInterface(child.stderr).on('line', (line) => {
        const path = line.replace('supervisor: paused until there is the file ', '');
        seen.push(`${path.slice(shared.length)}${existsSync(ran) ? ' ran' : ''}`);
        writeFileSync(path, '');
      });
      return new Promise((done) => child.once('close', (code) => done([code ?? -1, ...seen])));
    };

    it('pauses before and after the command until it is released', async () => {
      const both = { ARGO_DEBUG_PAUSE_BEFORE: 'true', ARGO_DEBUG_PAUSE_AFTER: 'true', ARGO_CONTAINER_NAME: 'main' };
      const beside = ['--report', join(shared, 'termination-log')];
      expect(await released(beside, both)).toEqual([3, '/ctr/main/before', '/ctr/main/after ran']);
      expect(statSync(join(shared, 'ctr', 'main')).mode & 0o777).toBe(0o777);
      const member = ['--report', reportPath, '--exit-code', codeOf('a')];
      expect(await released(member, { ARGO_DEBUG_PAUSE_AFTER: 'true' })).toEqual([3, '/ctr/a/after ran']);
      expect(await released(beside, { ARGO_DEBUG_PAUSE_BEFORE: 'false' })).toEqual([3]);
      expect(await released(['--report', '/dev/null'], both)).toEqual([3]);
    });

    it('can be told to end while it pauses', async () => {
      const paused = (env: NodeJS.ProcessEnv): Promise<number | null> => {
        const child = spawn(supervisor, ['run', '--report', join(shared, 'log'), '--', 'sh', '-c', 'exit 3'], {
          env: { PATH: process.env.PATH, ...env },
        });
        child.stderr.once('data', () => child.kill('SIGTERM'));
        return new Promise((done) => child.once('close', done));
      };
      expect(await paused({ ARGO_DEBUG_PAUSE_BEFORE: 'true' })).toBe(143);
      expect(await paused({ ARGO_DEBUG_PAUSE_AFTER: 'true' })).toBe(3);
    });

    it('tries again as often as it may, and reports the attempt that counted', () => {
      const tries = join(shared, 'tries');
      const script = `echo x >> ${tries}; n=$(wc -l < ${tries}); echo try $n; [ $n -ge 3 ]`;
      const retries = (count: number) => ['--result', '--retries', String(count), '--retry-pause', '10'];
      expect(sh(script, retries(1)).status).toBe(1);
      rmSync(tries);
      expect(sh(script, retries(5))).toMatchObject({ status: 0, report: { result: 'try 3' } });
      expect(readFileSync(tries, 'utf8')).toBe('x\nx\nx\n');
    });

    it('does not try again what was stopped', async () => {
      const tries = join(shared, 'tries');
      const script = `trap 'exit 7' TERM; echo x >> ${tries}; echo ready; while :; do sleep 0.01; done`;
      const { code } = await interrupted(script, 'SIGTERM', {}, ['--retries', '3']);
      expect(code).toBe(7);
      expect(readFileSync(tries, 'utf8')).toBe('x\n');
    });
  });

  describe('asked for the progress of the command', () => {
    const file = join(folder, `${name}-progress`);
    beforeEach(() => rmSync(file, { force: true }));
    const progress = {
      ARGO_PROGRESS_FILE: file,
      ARGO_PROGRESS_FILE_TICK_DURATION: '10ms',
      ARGO_PROGRESS_PATCH_TICK_DURATION: '0.02s',
    };
    /** Says all of it, each when the one before was told. */
    const steps = (...lines: string[]): string =>
      [...lines.map((line) => `printf '${line}' >>"$ARGO_PROGRESS_FILE"; read -r go`), 'true'].join('\n');
    /** Lets the command go on whenever something is told; `told` are the lines of its standard error. */
    const follow = (script: string, extra: NodeJS.ProcessEnv = {}) => {
      const child = spawn(supervisor, ['run', '--report', reportPath, '--', 'sh', '-c', script], {
        env: { PATH: process.env.PATH, ...progress, ...extra },
        stdio: ['pipe', 'inherit', 'pipe'],
      });
      let text = '';
      child.stderr.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        child.stdin.write('go\n');
      });
      return new Promise<{ told: string[]; report: TerminationReport | undefined }>((done) =>
        child.once('close', () => {
          const report = parseTerminationReport(readFileSync(reportPath, 'utf8'));
          done({ told: text.split('\n').slice(0, -1), report });
        }),
      );
    };

    it('tells what is new, of the last line of the file, and reports it once more at the end', async () => {
      const { told, report } = await follow(steps('1/3\\n', '2/3\\n2/3', '\\n \\t3/3 \\n\\n'));
      expect(told).toEqual(['1/3', '2/3', '3/3'].map((text) => `::argosy-progress ${text}`));
      expect(report?.progress).toBe('3/3');
    });

    it('tells it in the middle of a line that the command has begun', async () => {
      const { told } = await follow(`printf begun >&2; read -r go; ${steps('1/2')}`);
      expect(told).toEqual(['begun::argosy-progress 1/2']);
    });

    it('does not tell what is no progress', () => {
      for (const text of [
        '',
        '5',
        '2/1',
        '0/0',
        '1/0',
        '-1/2',
        '1/2/3',
        'x1/2',
        '1/2x',
        '1 /2',
        '1/9999999999999999',
      ]) {
        const { report, stderr } = sh(`printf '%s' '${text}' >"$ARGO_PROGRESS_FILE"`, [], progress);
        expect([text, report?.progress, stderr]).toEqual([text, undefined, '']);
      }
      expect(sh('printf 0/999999999999999 >"$ARGO_PROGRESS_FILE"', [], progress).report?.progress).toBe(
        '0/999999999999999',
      );
      const long = `yes 1/9 | head -n 1000 >"$ARGO_PROGRESS_FILE"; printf '%s' 9/9 >>"$ARGO_PROGRESS_FILE"`;
      expect(sh(long, [], progress).report?.progress).toBe('9/9');
    });

    it('reports it with outputs that travel in the log, and of a command that fails', () => {
      const { report } = sh('echo 3/7 >"$ARGO_PROGRESS_FILE"; yes | head -c 5000', ['--result'], progress);
      expect(report).toMatchObject({ progress: '3/7', overflow: { nonce: expect.any(String) } });
      expect(sh('echo 3/7 >"$ARGO_PROGRESS_FILE"; exit 1', [], progress)).toMatchObject({
        status: 1,
        report: { progress: '3/7' },
      });
    });

    it('does not tell more often than it may, nor at all when it is not asked to', async () => {
      const seldom = { ARGO_PROGRESS_PATCH_TICK_DURATION: '1h0m0.5s' };
      const { told, report } = await follow(`${steps('1/9')}; echo 2/9 >"$ARGO_PROGRESS_FILE"; sleep 0.05`, seldom);
      expect([told, report?.progress]).toEqual([['::argosy-progress 1/9'], '2/9']);
      for (const tick of ['0s', '0', '', 'often', '1x', '.s']) {
        const never = { ...progress, ARGO_PROGRESS_FILE_TICK_DURATION: tick };
        expect(sh('echo 1/9 >"$ARGO_PROGRESS_FILE"; sleep 0.05', [], never)).toMatchObject({
          stderr: '',
          report: { v: 1 },
        });
        expect(sh('echo 1/9 >"$ARGO_PROGRESS_FILE"', [], never).report?.progress).toBeUndefined();
      }
    });
  });

  it('installs itself', () => {
    const copy = join(folder, `${name}-copy`);
    expect(spawnSync(supervisor, ['install', copy]).status).toBe(0);
    expect(spawnSync(copy, ['run', '--report', reportPath, '--', 'sh', '-c', 'exit 5']).status).toBe(5);
  });

  if (name === 'C') {
    it('needs nothing of the image it runs in', () => {
      expect(readFileSync(supervisor).includes('/ld-')).toBe(false);
    });
  }

  it('explains a wrong command line', () => {
    expect(spawnSync(supervisor, ['run', '--nonsense', 'x', '--', 'true'])).toMatchObject({ status: 64 });
    expect(spawnSync(supervisor, ['run'], { encoding: 'utf8' }).stderr).toContain('supervisor: ');
  });

  /** Starts the script, waits for its first line, sends the signal. */
  function interrupted(
    script: string,
    signal: NodeJS.Signals,
    extra: NodeJS.ProcessEnv = {},
    flags: string[] = [],
  ): Promise<{ code: number | null; seconds: number; report: TerminationReport | undefined }> {
    const child = spawn(supervisor, ['run', '--report', reportPath, ...flags, '--', 'sh', '-c', script], {
      env: { PATH: process.env.PATH, ...extra },
    });
    let at = 0;
    child.stdout.once('data', () => {
      at = performance.now();
      child.kill(signal);
    });
    return new Promise((done) =>
      child.once('close', (code) => {
        const report = parseTerminationReport(readFileSync(reportPath, 'utf8'));
        done({ code, seconds: (performance.now() - at) / 1000, report });
      }),
    );
  }
});
