import type { CliContext } from '../command.js';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Says what is being done while it is done: one line a step, with its time. */
export class ProgressSteps {
  constructor(private readonly context: CliContext) {}

  async run<T>(title: string, work: () => Promise<T>): Promise<T> {
    const { paint, now } = this.context;
    const { stdout } = process;
    const started = now();
    const seconds = (): string => `${((now() - started) / 1000).toFixed(1)} s`;
    let frame = 0;
    const timer = stdout.isTTY
      ? setInterval(
          () =>
            stdout.write(`\r  ${paint.cyan(frames[frame++ % frames.length] ?? '')} ${title} ${paint.dim(seconds())} `),
          100,
        )
      : undefined;
    const finish = (mark: string): void => {
      clearInterval(timer);
      stdout.write(`${stdout.isTTY ? '\r\u001b[2K' : ''}  ${mark} ${title} ${paint.dim(seconds())}\n`);
    };
    try {
      const result = await work();
      finish(paint.green('✔'));
      return result;
    } catch (error) {
      finish(paint.red('✖'));
      throw error;
    }
  }
}
