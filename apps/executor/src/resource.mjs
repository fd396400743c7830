// The step of a resource template, for machines without a C compiler: the same as ../supervisor/resource.c. One contract
// suite, resource.medium.spec.ts, holds both to it.
import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const WRONG_COMMAND_LINE = 64;
/** Times in a row that the object cannot be read before that is taken for an answer. */
const MOST_FAILURES = 5;
const WHOLE_NUMBER = /^[-+]?\d+$/;
const OPTIONS = ['manifest', 'strategy', 'reason', 'poll', 'success', 'failure'];

class Failure extends Error {}

function parse([action, ...rest]) {
  const task = { action, outputs: [], flags: [], poll: '5000', success: '', failure: '' };
  for (let i = 0; i < rest.length; i += 2) {
    if (rest[i] === '--') {
      task.flags = rest.slice(i + 1);
      break;
    }
    const [name, value] = [rest[i].replace(/^--/, ''), rest[i + 1]];
    if (value === undefined) throw new Failure(`missing value of ${rest[i]}`);
    const at = value.indexOf('=');
    if (OPTIONS.includes(name)) task[name] = value;
    else if ((name === 'json-path' || name === 'jq') && at >= 0)
      task.outputs.push({ isJq: name === 'jq', file: value.slice(0, at), expression: value.slice(at + 1) });
    else if (name === 'may-miss') for (const output of task.outputs) output.mayMiss ||= output.file === value;
    else throw new Failure(`unknown option ${rest[i]}`);
  }
  return { ...task, success: parseCondition(task.success), failure: parseCondition(task.failure) };
}

/** A label selector whose keys are paths. */
function parseCondition(condition) {
  const word = '[^\\s()!=<>,]*';
  const pattern = new RegExp(
    `\\s*(?:(!)\\s*)?(${word})\\s*(?:(==|=|!=|>|<)\\s*(${word})|(in|notin)\\s*\\(([^)]*)\\))?\\s*(,|$)`,
    'y',
  );
  const requirements = [];
  if (condition.trim() === '') return requirements;
  for (let more = ','; more;) {
    const from = pattern.lastIndex;
    const found = pattern.exec(condition);
    const isOrder = found?.[3] === '>' || found?.[3] === '<';
    if (!found || found[2] === '' || (found[1] && (found[3] || found[5])) || (isOrder && !WHOLE_NUMBER.test(found[4])))
      throw new Failure(`this is no condition: ${condition}`);
    const [, absent, key, comparison, value, list, values] = found;
    const text = condition.slice(from, pattern.lastIndex).replace(/,$/, '').trim();
    const op = absent ? '!' : (comparison ?? list);
    requirements.push({
      key,
      op,
      text,
      values: values === undefined ? [value] : values.split(',').map((v) => v.trim()),
    });
    more = found[7];
  }
  return requirements;
}

function valueAt(object, path) {
  let value = object;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    if (Array.isArray(value) && !/^\d+$/.test(name)) return undefined;
    value = value[name];
  }
  return value;
}

const textOf = (value) => (value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value));

function holds({ key, op, values }, object) {
  const value = valueAt(object, key);
  if (op === undefined) return value !== undefined;
  if (op === '!') return value === undefined;
  const isNegative = op === '!=' || op === 'notin';
  if (value === undefined) return isNegative;
  const actual = textOf(value);
  if (op !== '>' && op !== '<') return values.includes(actual) !== isNegative;
  if (!WHOLE_NUMBER.test(actual)) return false;
  return op === '>' ? BigInt(actual) > BigInt(values[0]) : BigInt(actual) < BigInt(values[0]);
}

/** Runs a program and gives what it printed. Standard error is passed on. */
async function run(command, input = '') {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const failed = new Promise((_, reject) =>
    child.once('error', ({ code, message }) =>
      reject(new Failure(`cannot start ${program}: ${code === 'ENOENT' ? 'No such file or directory' : message}`)),
    ),
  );
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  child.stderr.on('data', (chunk) => writeSync(2, chunk));
  const ended = Promise.all([text(child.stdout), text(child.stderr), new Promise((done) => child.once('close', done))]);
  const [out, err, code] = await Promise.race([ended, failed]);
  if (code !== 0) throw new Failure(`${program}: ${err.replace(/\n+$/, '') || 'it failed'}`);
  return out;
}

const hasContent = (path) => path !== undefined && existsSync(path) && statSync(path).size > 0;

function act({ action, manifest, strategy, flags }) {
  const isPatch = action === 'patch';
  const command = ['kubectl', action];
  if (action === 'delete') command.push('--ignore-not-found');
  if (isPatch) command.push('--type', strategy ?? 'strategic', '--patch-file', manifest);
  command.push(...flags);
  if (hasContent(manifest) && !(isPatch && strategy === 'json')) command.push('-f', manifest);
  return run([...command, '-o', action === 'delete' ? 'name' : 'json']);
}

/** How kubectl finds the object again. */
function identify(object) {
  const { kind, apiVersion = '', metadata } = object;
  if (!kind || !metadata?.name)
    throw new Failure('Kind and name are both required but at least one of them is missing from the manifest');
  const group = apiVersion.includes('/') ? `.${apiVersion.slice(0, apiVersion.lastIndexOf('/'))}` : '';
  return { name: `${kind.toLowerCase()}${group}/${metadata.name}`, namespace: metadata.namespace };
}

const get = ({ name, namespace }, form) =>
  run(['kubectl', 'get', name, '-o', form, ...(namespace ? ['-n', namespace] : [])]);

function isDone({ success, failure }, object) {
  const broken = failure.find((requirement) => holds(requirement, object));
  if (broken) throw new Failure(`failure condition '${broken.text}' evaluated true`);
  return success.every((requirement) => holds(requirement, object));
}

async function awaitConditions(task, reference, first) {
  if (task.success.length + task.failure.length === 0) return;
  let failures = 0;
  for (let object = first; object === undefined || !isDone(task, object);) {
    await new Promise((done) => setTimeout(done, Number(task.poll)));
    try {
      object = JSON.parse(await get(reference, 'json'));
      failures = 0;
    } catch (error) {
      object = undefined;
      if (++failures === MOST_FAILURES) throw error;
    }
  }
}

async function readOutput(reference, { isJq, file, expression }) {
  const read = await get(reference, isJq ? 'json' : `jsonpath=${expression}`);
  writeFileSync(file, isJq ? await run(['jq', '-rc', expression], read) : read);
}

async function perform(task) {
  if (!hasContent(task.manifest) && task.flags.length === 0)
    throw new Failure('Must provide at least one of flags or manifest.');
  const printed = await act(task);
  writeSync(1, printed);
  const hasMore = task.success.length + task.failure.length + task.outputs.length > 0;
  if (!hasMore || task.action === 'delete') return;
  const object = JSON.parse(printed || '{}');
  const reference = identify(object);
  await awaitConditions(task, reference, object);
  for (const output of task.outputs) {
    try {
      await readOutput(reference, output);
    } catch (error) {
      if (!output.mayMiss) throw error;
    }
  }
}

/** @returns the exit code */
export async function resource(args) {
  let task;
  try {
    task = parse(args);
    await perform(task);
    return 0;
  } catch (error) {
    writeSync(2, `supervisor: ${error.message}\n`);
    if (task?.reason) writeFileSync(task.reason, error.message);
    return task ? 1 : WRONG_COMMAND_LINE;
  }
}
