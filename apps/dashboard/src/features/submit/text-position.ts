/** Where in the text a line and column are; both count from 1. */
export function offsetOf(source: string, line: number, column: number): number {
  let offset = 0;
  for (let at = 1; at < line; at++) {
    const end = source.indexOf('\n', offset);
    if (end === -1) return source.length;
    offset = end + 1;
  }
  return Math.min(offset + Math.max(0, column - 1), source.length);
}
