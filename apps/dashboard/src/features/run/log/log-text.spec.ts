import { describe, expect, it } from '@jest/globals';
import { findLines, lineHtml, plainText } from './log-text.js';

const red = (text: string): string => `\u001b[31m${text}\u001b[0m`;

describe('a line of a log', () => {
  it('is escaped, whatever it contains', () => {
    expect(lineHtml('<img src=x onerror="alert(1)"> & co', '')).toBe(
      '&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; co',
    );
    expect(lineHtml(red('<b>'), '')).toBe('<span class="ansi-red-fg">&lt;b&gt;</span>');
  });

  it('marks what is searched, letter case ignored', () =>
    expect(lineHtml('An error <Error>', 'error')).toBe('An <mark>error</mark> &lt;<mark>Error</mark>&gt;'));

  it('shows what was written last over a line', () => {
    expect(lineHtml('10%\r50%\r100%', '')).toBe('100%');
    expect(lineHtml('ends with a return\r', '')).toBe('ends with a return');
  });

  it('is searched and downloaded without colours', () => {
    expect(plainText(`${red('bad')} news`)).toBe('bad news');
    expect(findLines([undefined, { text: `b${red('ad')}` }, { text: 'BAD' }], 'bad')).toEqual([1, 2]);
    expect(findLines([{ text: 'x' }], '')).toEqual([]);
  });
});
