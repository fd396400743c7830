import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, watchFile, unwatchFile } from 'node:fs';
import { createInterface } from 'node:readline';

const STOP_PATIENCE_MS = 15_000;
const LOG_TAIL_LINES = 20;
const REBUILT_POLL_MS = 500;

export interface ProgramOptions {
  readonly name: string;
  /** The program's entry file, run with this Node. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard error goes here, appended. */
  readonly logFile: string;
}

/** The program ended before it said that it was ready; `message` tells why in its own words. */
export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed';
}

/**
 * One child process of the stack. It says that it is ready with a line of JSON, `{"ready":true,...}`, on standard output,
 * and ends by itself when its standard input closes, so nothing stays behind even when this process is killed.
 */
export class Program {
  private child: ChildProcess | undefined;
  private stopping = false;
  /** Called when the program ends though nobody asked it to. */
  onUnexpectedExit: (how: string) => void = () => undefined;

  constructor(private readonly options: ProgramOptions) {}

  /** Resolves with the ready line. */
  async start(): Promise<Record<string, unknown>> {
    const { name, file, env, logFile } = this.options;
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(process.execPath, ['--enable-source-maps', file], {
      env: { ...process.env, ...env, ARGOSY_EXIT_WITH_PARENT: '1' },
      // A group of its own: Ctrl-C in the terminal reaches this process alone, which then stops the others in order.
      detached: true,
      stdio: ['pipe', 'pipe', log],
    });
    closeSync(log);
    this.child = child;
    this.stopping = false;
    const said: string[] = [];
    const { stdout } = child;
    return new Promise((resolve, reject) => {
      let ready = false;
      if (stdout)
        createInterface({ input: stdout }).on('line', (line) => {
          said.push(line);
          if (said.length > LOG_TAIL_LINES) said.shift();
          const message = parseLine(line);
          if (ready || message?.ready !== true) return;
          ready = true;
          resolve(message);
        });
      child.once('error', (error) => reject(new ProgramFailed(`${name} could not be started: ${error.message}`)));
      child.once('exit', (code, signal) => {
        const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
        if (!ready) reject(new ProgramFailed(reasonIn(said) ?? `${name} ${how}. Its log is ${logFile}.`));
        else if (!this.stopping) this.onUnexpectedExit(`${name} ${how}`);
      });
    });
  }

  /** From now on the process ends when its program was built anew; whoever minds it starts it again. */
  endWhenRebuilt(): void {
    // By polling: builders replace files, and a watch would stay with the old one.
    watchFile(this.options.file, { interval: REBUILT_POLL_MS }, ({ size }, before) => {
      if (size > 0 && before.size > 0) this.child?.kill('SIGTERM');
    });
  }

  /** Ends the process without any goodbye. Resolves when it is gone. */
  async crash(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await gone;
  }

  /** SIGTERM, then SIGKILL for what does not end within 15 seconds. */
  async stop(): Promise<void> {
    const { child } = this;
    this.stopping = true;
    unwatchFile(this.options.file);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
    await gone;
    clearTimeout(timer);
  }
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Programs say why they cannot start as `{"ready":false,"error":"..."}`. */
function reasonIn(said: readonly string[]): string | undefined {
  for (const line of said.toReversed()) {
    const message = parseLine(line);
    if (message?.ready === false && typeof message.error === 'string') return message.error;
  }
  return undefined;
}
