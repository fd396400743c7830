/** `7s`, `2m 05s`, `1h 02m`, `3d 04h`: two units at most. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d ${two(Math.floor((whole % 86_400) / 3600))}h`;
}

export function durationOf(startedAt: string | null, finishedAt: string | null, now: number): string {
  if (!startedAt) return '–';
  return formatSeconds(((finishedAt ? Date.parse(finishedAt) : now) - Date.parse(startedAt)) / 1000);
}

export const ago = (time: string | null, now: number): string =>
  time ? `${formatSeconds((now - Date.parse(time)) / 1000)} ago` : 'never';
