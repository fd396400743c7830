// Runs named steps one after the other and tells what is going on: one line a step, with its time. Node built-ins only,
// because `npm start` uses it before anything is installed.
import { spawn } from 'node:child_process';

const tty = process.stdout.isTTY === true && !process.env.CI;
const paint = (code, text) => (tty && !process.env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text);
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** A failed step: `detail` is the tail of what the program printed. */
export class StepFailed extends Error {
  constructor(title, detail) {
    super(`${title} failed`);
    this.detail = detail;
  }
}

/** Runs a program quietly; keeps the end of its output for when it fails. */
export function run(command, args, { cwd, env, title = command, inherit = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let tail = '';
    const keep = (chunk) => (tail = (tail + chunk).slice(-16_384));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => reject(new StepFailed(title, error.message)));
    child.once('close', (code, signal) =>
      code === 0 ? resolve(tail) : reject(new StepFailed(title, tail.trim() || `exit ${code ?? signal}`)),
    );
  });
}

/** Shows a step while `work` runs. `work` may return a short remark, e.g. "up to date". */
export async function step(title, work) {
  const started = Date.now();
  let frame = 0;
  const timer = tty
    ? setInterval(() => {
        process.stdout.write(
          `\r  ${paint(36, frames[frame++ % frames.length])} ${title} ${paint(2, seconds(started))} `,
        );
      }, 100)
    : undefined;
  const finish = (mark, remark) => {
    clearInterval(timer);
    process.stdout.write(`${tty ? '\r\u001b[2K' : ''}  ${mark} ${title} ${paint(2, remark)}\n`);
  };
  try {
    const remark = await work();
    finish(paint(32, '✔'), typeof remark === 'string' && remark.length < 60 ? remark : seconds(started));
  } catch (error) {
    finish(paint(31, '✖'), seconds(started));
    throw error;
  }
}

/** For programs whose standard output belongs to what they print: names a step on standard error while `work` runs. */
export async function quietStep(title, work) {
  if ((await work()) !== 'up to date') process.stderr.write(`  ${title}\n`);
}

/** Prints why a step failed and leaves with exit code 1. */
export function fail(error) {
  process.stderr.write(`\n${paint(31, error.message)}\n`);
  if (error.detail) process.stderr.write(`${error.detail}\n`);
  process.exit(1);
}
