/**
 * Calls back once when the process is asked to end: by SIGTERM or SIGINT, or, with `withParent`, when its parent is gone
 * (standard input closes), so that a child never outlives a killed parent.
 */
export function onEnd(withParent: boolean, callback: () => void): void {
  let called = false;
  const once = (): void => {
    if (called) return;
    called = true;
    callback();
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
  if (!withParent) return;
  process.stdin.on('end', once).on('close', once).on('error', once);
  process.stdin.resume();
}

/** The line by which a parent process knows that a program is ready, or why it cannot be. */
export function sayReady(details: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ ready: true, ...details })}\n`);
}
export function sayFailed(error: string): void {
  process.stdout.write(`${JSON.stringify({ ready: false, error })}\n`);
}
