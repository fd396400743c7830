import type { Problem } from '../problem.js';
import { LineIndex } from '../source/line-index.js';
import { toProblem } from './positions.js';

// What YAML calls printable, and no half of a surrogate pair.
const UNPRINTABLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Refuses a text that need not even be read: too large, or not a text. */
export function checkText(text: string, maxBytes: number): Problem | undefined {
  const start = { line: 1, column: 1 };
  if (text.length > maxBytes || (text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes)) {
    const message = `the text is larger than ${formatBytes(maxBytes)}`;
    return toProblem([], { code: 'too-large', message, hint: 'split it into several files' }, start);
  }
  const found = UNPRINTABLE.exec(text);
  if (!found) return undefined;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const position = new LineIndex(text).position({ start: found.index, end: found.index + 1 });
  return toProblem(
    [],
    { code: 'control-character', message: `the text holds the control character U+${code}` },
    position,
  );
}

function formatBytes(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024);
  return mebibytes >= 1 ? `${Number(mebibytes.toFixed(1))} MiB` : `${bytes} bytes`;
}
