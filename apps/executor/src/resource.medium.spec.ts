import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseTerminationReport } from '@argosy/executor-protocol';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'argosy-resource-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const implementations: [string, NodeJS.ProcessEnv][] = [['node', { ARGOSY_NO_C_COMPILER: '1' }]];
if (spawnSync('gcc', ['--version']).status === 0) implementations.unshift(['C', {}]);

/** A kubectl that notes how it is called and answers with what the test has laid out, the last answer again and again. */
const KUBECTL = `#!/bin/sh
cd "$ANSWERS"
printf '%s\\n' "$*" >> calls
n=$(wc -l < calls)
while [ ! -f "$n" ] && [ "$n" -gt 1 ]; do n=$((n - 1)); done
[ -f "$n.err" ] && cat "$n.err" >&2 && exit 1
cat "$n"
`;

describe.each(implementations)('the resource program in %s', (name, env) => {
  let supervisor: string;
  let answers: string;
  const bin = join(folder, `${name}-bin`);
  beforeAll(() => {
    const to = join(folder, name);
    const script = join(root, 'scripts/build-supervisor.mjs');
    const built = spawnSync(process.execPath, [script, '--to', to], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(built.stderr);
    supervisor = join(to, 'supervisor');
    spawnSync('mkdir', ['-p', bin]);
    writeFileSync(join(bin, 'kubectl'), KUBECTL);
    chmodSync(join(bin, 'kubectl'), 0o755);
  }, 60_000);
  beforeEach(() => void (answers = mkdtempSync(join(folder, 'answers-'))));

  const answer = (...objects: unknown[]): void =>
    objects.forEach((object, i) =>
      writeFileSync(
        join(answers, String(i + 1)),
        typeof object === 'string' ? object : JSON.stringify(object, null, 4),
      ),
    );
  const manifest = (text: string): string => {
    const path = join(answers, 'manifest.yaml');
    writeFileSync(path, text);
    return path;
  };
  const run = (...args: string[]) => {
    const reason = join(answers, 'reason');
    const [action = '', ...rest] = args;
    const { status, stdout, stderr } = spawnSync(
      supervisor,
      ['resource', action, '--reason', reason, '--poll', '1', ...rest],
      { env: { PATH: `${bin}${delimiter}${process.env.PATH}`, ANSWERS: answers }, encoding: 'utf8', timeout: 20_000 },
    );
    const calls = existsSync(join(answers, 'calls'))
      ? readFileSync(join(answers, 'calls'), 'utf8').trim().split('\n')
      : [];
    return { status, stdout, stderr, calls, reason: existsSync(reason) ? readFileSync(reason, 'utf8') : undefined };
  };
  const job = (status: object): object => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'build', namespace: 'ci', labels: { 'a"b': 'é\n🚢' } },
    status,
  });

  it('has kubectl act on the manifest with the flags of the template', () => {
    const file = manifest('kind: Job');
    answer(job({}));
    const flags = ['--', '--validate=false', '-v=1'];
    for (const [args, call] of [
      [['create'], `create --validate=false -v=1 -f ${file} -o json`],
      [['apply'], `apply --validate=false -v=1 -f ${file} -o json`],
      [['replace'], `replace --validate=false -v=1 -f ${file} -o json`],
      [['get'], `get --validate=false -v=1 -f ${file} -o json`],
      [['delete'], `delete --ignore-not-found --validate=false -v=1 -f ${file} -o name`],
      [['patch'], `patch --type strategic --patch-file ${file} --validate=false -v=1 -f ${file} -o json`],
      [
        ['patch', '--strategy', 'merge'],
        `patch --type merge --patch-file ${file} --validate=false -v=1 -f ${file} -o json`,
      ],
      [['patch', '--strategy', 'json'], `patch --type json --patch-file ${file} --validate=false -v=1 -o json`],
    ] as const)
      expect(run(...args, '--manifest', file, ...flags)).toMatchObject({
        status: 0,
        calls: expect.arrayContaining([call]),
      });
    expect(run('delete', '--', 'pods', '-l', 'app=x').calls.at(-1)).toBe(
      'delete --ignore-not-found pods -l app=x -o name',
    );
    expect(run('create', '--manifest', manifest(''))).toMatchObject({
      status: 1,
      reason: 'Must provide at least one of flags or manifest.',
    });
  });

  it('is done at once without conditions, and shows the object', () => {
    answer(job({}));
    const { status, stdout, calls } = run('create', '--manifest', manifest('x'));
    expect({ status, calls: calls.length }).toEqual({ status: 0, calls: 1 });
    expect(JSON.parse(stdout)).toEqual(job({}));
  });

  it('looks at the object again until it is as wanted', () => {
    answer(job({}), job({ succeeded: 1 }), job({ succeeded: 2, conditions: [{ type: 'Complete' }] }));
    const success = 'status.succeeded > 1, status.conditions.0.type in (Failed, Complete)';
    expect(run('create', '--manifest', manifest('x'), '--success', success)).toMatchObject({
      status: 0,
      calls: { 1: 'get job.batch/build -o json -n ci', length: 3 },
    });
  });

  it('fails as soon as one condition of failure holds, and says which', () => {
    answer(job({}), job({ failed: 4 }));
    const conditions = ['--success', 'status.succeeded > 0', '--failure', 'status.gone = yes, status.failed > 3'];
    expect(run('create', '--manifest', manifest('x'), ...conditions)).toMatchObject({
      status: 1,
      reason: "failure condition 'status.failed > 3' evaluated true",
    });
  });

  it.each([
    ['status.phase = Running', true],
    ['status.phase==Running', true],
    ['status.phase=Run', false],
    ['status.phase != Pending', true],
    ['status.none != Pending', true],
    ['status.phase notin (Pending,Failed)', true],
    ['status.phase in (Pending, Running)', true],
    ['status.phase', true],
    ['status.none', false],
    ['!status.none', true],
    ['! status.phase', false],
    ['status.ready = true', true],
    ['status.nothing =', true],
    ['status.count > 9', true],
    ['status.count < 11', true],
    ['status.count > 10', false],
    ['status.phase > 1', false],
    ['status.none < 1', false],
    ['status.list.1.name = b', true],
    ['status.list.2', false],
    ['status.list.-1', false],
    ['status.list.name', false],
    ['status.phase.x', false],
    ['status.list.1.deep.x = 7', true],
    ['status.text in (ab"c)', true],
  ])('%s is %s', (condition, isTrue) => {
    const list = [
      { name: 'a}]', deep: {} },
      { deep: { x: 7 }, name: 'b' },
    ];
    answer(job({ phase: 'Running', ready: true, nothing: null, count: 10, list, text: 'ab"c' }));
    // What does not hold is never waited for: a failure condition is asked once.
    const { reason } = run(
      'get',
      '--manifest',
      manifest('x'),
      '--failure',
      `${condition},!metadata`,
      '--success',
      'kind',
    );
    expect(reason !== undefined).toBe(isTrue);
  });

  it.each(['status.a >', 'status.a = b c', '= b', 'a in b', 'a,,b', 'a in (b', '!a = b', ',', 'a > b'])(
    'does not take %s for a condition',
    (condition) => {
      answer(job({}));
      const { status, stderr, calls } = run('get', '--manifest', manifest('x'), '--success', condition);
      expect({ status, calls, stderr }).toEqual({
        status: 64,
        calls: [],
        stderr: `supervisor: this is no condition: ${condition}\n`,
      });
    },
  );

  it('reads outputs with kubectl’s JSONPath and with jq', () => {
    answer(job({ n: 1 }), 'by path', job({ n: 2 }));
    writeFileSync(join(bin, 'jq'), '#!/bin/sh\nprintf "%s:" "$@"; wc -c | tr -d " \\n"\n');
    chmodSync(join(bin, 'jq'), 0o755);
    const [path, filter] = [join(answers, 'path'), join(answers, 'filter')];
    const outputs = ['--json-path', `${path}={.status.n}`, '--jq', `${filter}=.status.n`];
    const { status, calls } = run('get', '--manifest', manifest('x'), ...outputs);
    expect({ status, calls: calls.slice(1) }).toEqual({
      status: 0,
      calls: ['get job.batch/build -o jsonpath={.status.n} -n ci', 'get job.batch/build -o json -n ci'],
    });
    expect(readFileSync(path, 'utf8')).toBe('by path');
    const size = Buffer.byteLength(JSON.stringify(job({ n: 2 }), null, 4));
    expect(readFileSync(filter, 'utf8')).toBe(`-rc:.status.n:${size}`);
    rmSync(join(bin, 'jq'));
  });

  it('goes without an output that may miss', () => {
    answer(job({}), 'x');
    writeFileSync(join(answers, '2.err'), 'status.n is not found');
    const output = ['--json-path', `${join(answers, 'path')}={.status.n}`];
    expect(run('get', '--manifest', manifest('x'), ...output)).toMatchObject({
      status: 1,
      reason: 'kubectl: status.n is not found',
    });
    rmSync(join(answers, 'calls'));
    expect(run('get', '--manifest', manifest('x'), ...output, '--may-miss', join(answers, 'path')).status).toBe(0);
    expect(existsSync(join(answers, 'path'))).toBe(false);
  });

  it('says what kubectl says when it fails, and bears with it while it waits', () => {
    answer('');
    writeFileSync(join(answers, '1.err'), 'Error from server (Forbidden): no\n');
    const refused = run('create', '--manifest', manifest('x'));
    expect(refused).toMatchObject({ status: 1, reason: 'kubectl: Error from server (Forbidden): no' });
    expect(refused.stderr).toContain('Error from server (Forbidden): no');
    rmSync(join(answers, '1.err'));
    rmSync(join(answers, 'calls'));
    answer(job({}), 'gone', 'gone', job({ succeeded: 1 }));
    for (const n of [2, 3]) writeFileSync(join(answers, `${n}.err`), 'the server is away');
    expect(run('create', '--manifest', manifest('x'), '--success', 'status.succeeded > 0')).toMatchObject({
      status: 0,
      calls: { length: 4 },
    });
    rmSync(join(answers, 'calls'));
    answer(job({}), 'gone');
    rmSync(join(answers, '3.err'));
    rmSync(join(answers, '3'));
    rmSync(join(answers, '4'));
    expect(run('create', '--manifest', manifest('x'), '--success', 'status.succeeded > 0')).toMatchObject({
      status: 1,
      reason: 'kubectl: the server is away',
      calls: { length: 6 },
    });
  });

  it('needs an object that can be found again when it has to', () => {
    answer({ kind: 'List', items: [] });
    expect(run('get', '--success', 'kind', '--', 'pods')).toMatchObject({
      status: 1,
      reason: 'Kind and name are both required but at least one of them is missing from the manifest',
    });
  });

  it('tells its reason through the supervisor', () => {
    const [report, reason] = [join(answers, 'report'), join(answers, 'why')];
    const { status } = spawnSync(
      supervisor,
      ['run', '--report', report, '--reason', reason, '--', 'sh', '-c', `echo because > ${reason}; exit 3`],
      { env: { PATH: process.env.PATH } },
    );
    expect(status).toBe(3);
    expect(parseTerminationReport(readFileSync(report, 'utf8'))?.error).toBe('because\n');
  });
});
