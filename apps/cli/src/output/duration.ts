/** `7s`, `2m05s`, `1h02m`, `3d04h`: two units at most. Negative durations (clock skew) count as 0. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d${two(Math.floor((whole % 86_400) / 3600))}h`;
}

/** Seconds between two RFC 3339 instants; up to `nowMs` when the end is open, null when it never started. */
export function secondsBetween(startedAt: string | null, finishedAt: string | null, nowMs: number): number | null {
  if (!startedAt) return null;
  return ((finishedAt ? Date.parse(finishedAt) : nowMs) - Date.parse(startedAt)) / 1000;
}
