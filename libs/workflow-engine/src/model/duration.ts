const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Argo's durations: a bare number is seconds, otherwise a Go duration such as `1m30s` (no days).
 * @returns milliseconds, or null when the text is no duration
 */
export function parseDuration(text: string | number): number | null {
  if (typeof text === 'number') return text * 1000;
  const trimmed = text.trim();
  if (/^[+-]?\d+$/.test(trimmed)) return Number(trimmed) * 1000;
  if (!/^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(trimmed)) return null;
  const sign = trimmed.startsWith('-') ? -1 : 1;
  let total = 0;
  for (const [, value, unit] of trimmed.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(value) * (UNIT_MS[unit ?? 's'] ?? 0);
  }
  return sign * total;
}

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
