import { fstatSync } from 'node:fs';

const CHECK_MS = 500;

/** Calls back once when the process that started this one is gone, however it went. */
export function whenParentEnds(run: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    // An orphan is given to another process.
    if (process.ppid !== parent) end();
  }, CHECK_MS);
  timer.unref();
  const end = (): void => {
    clearInterval(timer);
    process.stdin.off('end', end).off('close', end);
    run();
  };
  // With a pipe as stdin its end tells at once; a terminal, a file or /dev/null tells nothing.
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.on('end', end).on('close', end).resume();
}
