declare const instantBrand: unique symbol;
/** Milliseconds since the Unix epoch. Branded so that a duration is never taken for a point in time. */
export type Instant = number & { readonly [instantBrand]: true };

export const instant = (ms: number): Instant => ms as Instant;
