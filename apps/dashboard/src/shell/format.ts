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

/** `12s ago`, `17m ago`, `3h ago`, `2d ago`: one unit is enough for what is over. */
export function ago(time: string | null, now: number): string {
  if (!time) return 'never';
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  if (seconds < 60) return `${seconds}s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ago`;
  return `${Math.floor(seconds / 86_400)}d ago`;
}

const pad = (value: number): string => String(value).padStart(2, '0');
/** Local time to the second, as log lines and events show it. */
export function clockTime(time: string): string {
  const at = new Date(time);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}
/** Local date and time to the second. */
export function dateTime(time: string): string {
  const at = new Date(time);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${clockTime(time)}`;
}
