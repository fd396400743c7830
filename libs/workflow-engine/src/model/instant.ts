declare const instantBrand: unique symbol;
/** Milliseconds since the Unix epoch. Branded so that a duration is never taken for a point in time. */
export type Instant = number & { readonly [instantBrand]: true };

export const instant = (ms: number): Instant => ms as Instant;

/** RFC 3339 with second precision, as Kubernetes writes times. */
export const formatTime = (at: Instant): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** @returns null for an absent or unreadable time */
export function parseTime(text: string | Date | undefined | null): Instant | null {
  if (!text) return null;
  const ms = text instanceof Date ? text.getTime() : Date.parse(text);
  return Number.isNaN(ms) ? null : instant(ms);
}
