import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

/** Keys whose values are never written, at the top and one level below. */
const SECRET_KEYS = ['password', 'token', 'secret', 'credential', 'authorization', 'cookie'];

/** Structured logs on standard error: standard output belongs to the ready line. */
export function createLogger(name: string, level: string): Logger {
  return pino(
    {
      name,
      level,
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination(2),
  );
}
