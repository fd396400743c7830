const COLOR = /\u001b\[[0-9;]*m/g;
/** Columns a text takes on a terminal, colours apart. */
export const visibleLength = (text: string): number => [...text.replace(COLOR, '')].length;

/** Columns as wide as their widest cell, two spaces apart, no trailing blanks. */
export function formatTable(rows: readonly (readonly string[])[], header?: readonly string[]): string {
  const all = header ? [header, ...rows] : rows;
  const widths: number[] = [];
  for (const row of all)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell))));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - visibleLength(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
