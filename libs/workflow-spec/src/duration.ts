const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A bare number is seconds, otherwise it is a Go duration such as `1m30s` (no days). Milliseconds, or null for no duration. */
export function durationMs(duration: string | number): number | null {
  if (typeof duration === 'number') return duration * 1000;
  const text = duration.trim();
  if (/^[+-]?\d+$/.test(text)) return Number(text) * 1000;
  if (!/^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, value, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g))
    total += Number(value) * (UNIT_MS[unit ?? 's'] ?? 0);
  return text.startsWith('-') ? -total : total;
}
