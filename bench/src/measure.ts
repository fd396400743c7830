export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Bytes that are really held. Needs --expose-gc. */
export function memoryOf(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
