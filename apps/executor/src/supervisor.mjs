// The supervisor for machines without a C compiler: the same command line, report and exit codes as ../supervisor/*.c, run
// by Node on local clusters only. One contract suite, supervisor.medium.spec.ts, holds both to it.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { ProgressFile } from './progress.mjs';

const CANNOT_START = 64;
const OUTPUT_MISSING = 66;
const LIMIT = 256 * 1024;
/** All parameters together, as JSON. No cluster stores objects as large as this. */
const PARAMETERS_LIMIT = 2 * 1024 * 1024;
const MESSAGE_LIMIT = 4096;
const FRAME_BYTES = 6144;

const report = { parameters: {} };
const complain = (text) => writeSync(2, `supervisor: ${text}\n`);
const setError = (text) => {
  report.error ??= text;
  complain(text);
};
const reason = (error) =>
  ({
    ENOENT: 'No such file or directory',
    EACCES: 'Permission denied',
    EISDIR: 'Is a directory',
    ENOTDIR: 'Not a directory',
  })[error.code] ?? error.message;

/** As Argo's executor says it, down to the spelling: people have alerts and retry expressions for it. */
function whyNotStarted(program, error) {
  const missing = (why) => `failed to find name in PATH: exec: "${program}": ${why}`;
  const isMissing = error.code === 'ENOENT' || error.code === 'EACCES';
  if (!program.includes('/') && isMissing) return missing('executable file not found in $PATH');
  const found = program.includes('/') && statSync(program, { throwIfNoEntry: false });
  if (program.includes('/') && !found) return missing(`stat ${program}: no such file or directory`);
  if (found && found.isDirectory()) return missing('is a directory');
  if (found && error.code === 'EACCES') return missing('permission denied');
  const why = reason(error);
  return `failed to start command: fork/exec ${program}: ${why[0].toLowerCase()}${why.slice(1)}`;
}

const VALUES = ['--script', '--report', '--reason', '--exit-code', '--retries', '--retry-pause'];

function parse(args) {
  const options = { parameters: [], after: [], report: '/var/run/argo/termination-log', result: false };
  for (let i = 0; i < args.length; i++) {
    const flag = args[i];
    if (flag === '--')
      return args.length > i + 1 ? { ...options, command: args.slice(i + 1) } : complain('no command after --');
    if (flag === '--result') {
      options.result = true;
      continue;
    }
    const value = args[++i];
    if (value === undefined) return complain(`missing value of ${flag}`);
    const at = value.indexOf('=');
    const [name, rest] = [value.slice(0, at), value.slice(at + 1)];
    if (VALUES.includes(flag)) options[flag.slice(2)] = value;
    else if (flag === '--after' && at > 0) options.after.push({ name, path: rest });
    else if (flag === '--parameter' && at > 0) options.parameters.push({ name, path: rest });
    else if (flag === '--default' && options.parameters.some((parameter) => parameter.name === name))
      options.parameters.find((parameter) => parameter.name === name).fallback = rest;
    else return complain(`unknown option ${flag}`);
  }
  return complain('no command: write it behind --');
}

function writeScript(path) {
  let source = '';
  for (let i = 0; process.env[`ARGOSY_SCRIPT_${i}`] !== undefined; i++) {
    source += process.env[`ARGOSY_SCRIPT_${i}`];
    delete process.env[`ARGOSY_SCRIPT_${i}`];
  }
  writeFileSync(path, source, { mode: 0o755 });
  chmodSync(path, 0o755);
}

const trimmed = (bytes) => (bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes).toString('utf8');

function collect(options, succeeded) {
  let missing = false;
  for (const { name, path, fallback } of options.parameters) {
    try {
      if (statSync(path).size > LIMIT) throw new Error('larger than 256 KiB');
      report.parameters[name] = trimmed(readFileSync(path));
    } catch (error) {
      if (fallback !== undefined && error.code === 'ENOENT') report.parameters[name] = fallback;
      else if (succeeded) {
        setError(`cannot read output parameter ${name} from ${path}: ${reason(error)}`);
        missing = true;
      }
    }
  }
  if (Buffer.byteLength(JSON.stringify(report.parameters)) > PARAMETERS_LIMIT) {
    report.parameters = {};
    setError('output parameters are larger than 2 MiB together');
    missing = true;
  }
  return missing;
}

function writeReport(path) {
  const { error, progress, ...outputs } = report;
  let message = JSON.stringify({ v: 1, ...outputs, progress, error });
  if (Buffer.byteLength(message) > MESSAGE_LIMIT) {
    const whole = Buffer.from(JSON.stringify(outputs));
    const nonce = randomBytes(16).toString('hex');
    let frames = 0;
    let text = '\n';
    for (; frames * FRAME_BYTES < whole.length; frames++) {
      text += `::argosy-outputs ${nonce} ${frames} ${whole.subarray(frames * FRAME_BYTES, (frames + 1) * FRAME_BYTES).toString('base64')}\n`;
    }
    writeOut(Buffer.from(text));
    message = JSON.stringify({
      v: 1,
      overflow: { nonce, frames, bytes: whole.length, sha256: createHash('sha256').update(whole).digest('hex') },
      progress,
      error,
    });
  }
  writeFileSync(path, message);
}

function writeOut(bytes) {
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += writeSync(1, bytes, offset);
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
    }
  }
}

/** Ends what made a session of its own: orphans are not ours here, but they inherited their mark. */
function killMarked(mark) {
  for (const name of readdirSync('/proc')) {
    try {
      const isOurs = /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark);
      if (isOurs && Number(name) !== process.pid) process.kill(Number(name), 'SIGKILL');
    } catch {
      // Gone meanwhile, or another user's.
    }
  }
}

const LOOK_EVERY_MS = 50;
const deadline = Date.parse(process.env.ARGO_DEADLINE ?? '');
/** Told to end before, between or during attempts. */
let ending;
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => (ending ??= signal));

/** Waits so long, unless a signal or the deadline comes first. Returns the exit code if it does, else undefined. */
async function waitAtMost(ms) {
  for (let left = ms; left >= 0; left -= LOOK_EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, LOOK_EVERY_MS)));
    if (ending) return 128 + constants.signals[ending];
    if (Date.now() < deadline || Number.isNaN(deadline)) continue;
    setError('deadline exceeded');
    return 128 + constants.signals.SIGTERM;
  }
  return undefined;
}

/** Waits for the other containers of the pod. Returns undefined when it is our turn, else the exit code. */
async function takeTurn({ after }) {
  for (const { name, path } of after) {
    if (!existsSync(path)) complain(`waiting for container ${name}`);
    while (!existsSync(path)) {
      const code = await waitAtMost(LOOK_EVERY_MS);
      if (code !== undefined) return code;
    }
    const code = Number(readFileSync(path, 'utf8'));
    if (code === 0) continue;
    setError(`dependency "${name}" exited with non-zero code: ${code}`);
    return CANNOT_START;
  }
  return undefined;
}

/** When the variable is "true": waits until somebody makes the file of this name in the container's directory. */
async function awaitRelease(options, variable, marker) {
  // Who reports to nobody stands beside the step.
  if (process.env[variable] !== 'true' || options.report === '/dev/null') return undefined;
  const own = options['exit-code'] && dirname(options['exit-code']);
  const path = join(own ?? join(dirname(options.report), 'ctr', process.env.ARGO_CONTAINER_NAME ?? 'main'), marker);
  makeDirectory(dirname(path));
  complain(`paused until there is the file ${path}`);
  let code;
  while (!existsSync(path) && code === undefined) code = await waitAtMost(LOOK_EVERY_MS);
  return code;
}

/** Runs the command until it succeeds or no attempt is left. */
async function runAttempts(options, progress) {
  for (let left = Number(options.retries ?? 0); ; left--) {
    const outcome = await runCommand(options, progress);
    const isLast = outcome.code === 0 || !outcome.started || outcome.cutOff || ending || left <= 0;
    if (isLast) return outcome;
    complain('the command has failed and is tried again');
    const code = await waitAtMost(Number(options['retry-pause'] ?? 0));
    if (code !== undefined) return { ...outcome, code };
    delete report.result;
  }
}

/** Makes the directories on the way, for everybody: containers run as different users. */
function makeDirectory(path) {
  const umask = process.umask(0);
  mkdirSync(path, { recursive: true, mode: 0o777 });
  process.umask(umask);
}

function leaveExitCode(path, code) {
  makeDirectory(dirname(path));
  writeFileSync(`${path}.new`, String(code), { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

function runCommand(options, progress) {
  return new Promise((resolve) => {
    const [file, ...args] = options.command;
    // Listening comes before starting: a signal in between would end this process and leave the command alone.
    const listening = new AbortController();
    const listen = (signal, listener) => {
      process.on(signal, listener);
      listening.signal.addEventListener('abort', () => process.off(signal, listener));
    };
    for (const signal of ['SIGTERM', 'SIGINT']) listen(signal, () => end(signal));
    for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGQUIT'])
      listen(signal, () => signalGroup(signal));
    const mark = `ARGOSY_SUPERVISED_BY=${randomBytes(16).toString('hex')}`;
    const child = spawn(file, args, {
      stdio: ['inherit', options.result ? 'pipe' : 'inherit', 'inherit'],
      env: { ...process.env, ARGOSY_SUPERVISED_BY: mark.split('=')[1] },
      detached: true,
    });
    const podGrace = Number(process.env.ARGO_TERMINATION_GRACE_PERIOD_SECONDS || 30);
    // The node kills us too when the pod's grace is over; a little earlier there is still time for a report.
    const grace = podGrace > 1 ? (podGrace - 1) * 1000 : podGrace * 500;
    let kept = Buffer.alloc(0);
    let timer;
    let pastDeadline = false;
    const signalGroup = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // Gone already.
      }
    };
    const end = (signal) => {
      signalGroup(signal);
      timer ??= setTimeout(() => signalGroup('SIGKILL'), grace);
    };
    const stopLooking = progress.follow();
    child.once('error', (error) => {
      stopLooking();
      setError(whyNotStarted(file, error));
      resolve({ code: CANNOT_START, started: false });
    });
    child.stdout?.on('data', (chunk) => {
      writeOut(chunk);
      kept = Buffer.concat([kept, chunk]).subarray(-LIMIT);
    });
    const left = deadline - Date.now();
    const cutOff = Number.isNaN(left)
      ? undefined
      : setTimeout(() => ((pastDeadline = true), end('SIGTERM')), Math.max(0, left));
    child.once('exit', () => {
      signalGroup('SIGKILL');
      killMarked(mark);
    });
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      clearTimeout(cutOff);
      stopLooking();
      listening.abort();
      if (child.pid === undefined) return;
      if (pastDeadline) setError('deadline exceeded');
      if (options.result) report.result = trimmed(kept);
      const own = signal ? 128 + constants.signals[signal] : status;
      // Cut off is not done, whatever the command makes of SIGTERM.
      const code = pastDeadline && own === 0 ? 128 + constants.signals.SIGTERM : own;
      resolve({ code, started: true, cutOff: pastDeadline });
    });
  });
}

async function run(args) {
  const options = parse(args);
  if (!options) return CANNOT_START;
  let code;
  try {
    code = (await takeTurn(options)) ?? (await awaitRelease(options, 'ARGO_DEBUG_PAUSE_BEFORE', 'before'));
    if (code === undefined) {
      if (options.script) writeScript(options.script);
      const progress = new ProgressFile(process.env);
      const outcome = await runAttempts(options, progress);
      // Whatever ends the pause, the command has ended as it has.
      if (outcome.started && !outcome.cutOff && !ending) await awaitRelease(options, 'ARGO_DEBUG_PAUSE_AFTER', 'after');
      report.progress = progress.read();
      code = outcome.code;
      if (code !== 0 && options.reason && existsSync(options.reason))
        report.error ??= readFileSync(options.reason, 'utf8').slice(0, 2048);
      if (outcome.started && collect(options, code === 0)) code = OUTPUT_MISSING;
    }
  } catch (error) {
    setError(`cannot write the script to ${options.script}: ${reason(error)}`);
    code = CANNOT_START;
  }
  try {
    writeReport(options.report);
  } catch (error) {
    complain(`cannot write the report to ${options.report}: ${reason(error)}`);
    code ||= OUTPUT_MISSING;
  }
  try {
    if (options['exit-code']) leaveExitCode(options['exit-code'], code);
  } catch (error) {
    complain(`cannot write the exit code to ${options['exit-code']}: ${reason(error)}`);
    code ||= OUTPUT_MISSING;
  }
  return code;
}

const [verb, ...args] = process.argv.slice(2);
if (verb === 'install' && args[0]) {
  // The shell wrapper that starts this file lies beside it and names it by its full path, so it may be copied anywhere.
  copyFileSync(new URL('supervisor', import.meta.url), `${args[0]}.new`);
  renameSync(`${args[0]}.new`, args[0]);
} else if (verb === 'resource') {
  const { resource } = await import('./resource.mjs');
  process.exit(await resource(args));
} else {
  if (verb !== 'run') complain('usage: supervisor install PATH | supervisor run [options] -- COMMAND...');
  process.exit(verb === 'run' ? await run(args) : CANNOT_START);
}
