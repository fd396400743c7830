import { AnsiUp } from 'ansi_up';

const ESCAPES = new RegExp(`${String.fromCharCode(27)}(\\[[0-9;?]*[A-Za-z]|\\][^\\u0007]*\\u0007)`, 'g');
const ESCAPE = String.fromCharCode(27);

/** A line without colours, as it is searched and downloaded. */
export const plainText = (text: string): string => (text.includes(ESCAPE) ? text.replace(ESCAPES, '') : text);

/** The last thing that was written over the line: progress bars return to its start. */
const afterReturns = (text: string): string => text.replace(/\r+$/, '').split('\r').at(-1) ?? text;

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** Matches in a line without colours, marked. Lines with colours are marked as a whole, by their row. */
function marked(text: string, search: string): string {
  const [lower, wanted] = [text.toLowerCase(), search.toLowerCase()];
  let html = '';
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    html += `${escaped(text.slice(from, at))}<mark>${escaped(text.slice(at, at + wanted.length))}</mark>`;
    from = at + wanted.length;
  }
  return html + escaped(text.slice(from));
}

/** A line as HTML: its colours as classes, everything else escaped. */
export function lineHtml(line: string, search: string): string {
  const text = afterReturns(line);
  if (!text.includes(ESCAPE)) return search ? marked(text, search) : escaped(text);
  // Lines are drawn in any order, so each starts without colour.
  const ansi = new AnsiUp();
  ansi.use_classes = true;
  return ansi.ansi_to_html(text);
}

/** Indices of the lines that contain the text; letter case is ignored. */
export function findLines(lines: readonly ({ readonly text: string } | undefined)[], search: string): number[] {
  if (search === '') return [];
  const wanted = search.toLowerCase();
  const found: number[] = [];
  lines.forEach((line, index) => {
    if (line && plainText(line.text).toLowerCase().includes(wanted)) found.push(index);
  });
  return found;
}
