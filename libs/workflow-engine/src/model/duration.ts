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
