import { durationMs } from '@argosy/workflow-spec';

/** As Argo words it: `45 seconds`, `2 minutes 0 seconds`, `1 hours 0 minutes 5 seconds`. */
export function describeDuration(ms: number): string {
  const total = Math.trunc(ms / 1000);
  const [days, hours, minutes] = [Math.floor(total / 86_400), Math.floor(total / 3600), Math.floor(total / 60)];
  const parts = [`${total % 60} seconds`];
  if (minutes > 0) parts.unshift(`${minutes % 60} minutes`);
  if (hours > 0) parts.unshift(`${hours % 24} hours`);
  if (days > 0) parts.unshift(`${days} days`);
  return parts.join(' ');
}

/** Milliseconds. @throws with Argo's words when it is no duration */
export function readDuration(duration: string | number): number {
  const ms = durationMs(duration);
  if (ms === null) throw new Error(`unable to parse ${duration} as a duration: ${durationProblem(String(duration))}`);
  return ms;
}

const UNITS: ReadonlySet<string> = new Set(['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h']);

/** What Go says of a text that is no duration. */
export function durationProblem(text: string): string {
  let rest = text.replace(/^[-+]/, '');
  while (rest !== '') {
    const [part = '', number = '', unit = ''] = /^(\d*\.?\d*)([^\d.]*)/.exec(rest) ?? [];
    if (!/\d/.test(number)) break;
    if (unit === '') return `time: missing unit in duration "${text}"`;
    if (!UNITS.has(unit)) return `time: unknown unit "${unit}" in duration "${text}"`;
    rest = rest.slice(part.length);
  }
  return `time: invalid duration "${text}"`;
}
