import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

/** Structured logs on standard error: standard output belongs to the ready line. */
export function createLogger(name: string, level: string): Logger {
  return pino(
    {
      name,
      level,
      redact: ['password', 'token', 'credential', '*.password', '*.token'],
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination(2),
  );
}
