/** A block of lines at the bottom of the terminal that is drawn over itself. */
export class Screen {
  private height = 0;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  get rows(): number {
    return this.stream.rows || 24;
  }

  /** Replaces the block. Lines longer than the terminal are cut, because a wrapped line would break the redraw. */
  draw(text: string): void {
    const columns = this.stream.columns || 120;
    const lines = text.split('\n').map((line) => cut(line, columns - 1));
    const up = this.height > 0 ? `\u001b[${this.height}A\r` : '';
    this.stream.write(`${up}${lines.map((line) => `${line}\u001b[K`).join('\n')}\n\u001b[J`);
    this.height = lines.length;
  }

  /** Leaves the block standing; what is drawn next comes below it. */
  release(): void {
    this.height = 0;
  }
}

/** Cuts to a visible width, keeping colour codes whole. */
export function cut(line: string, width: number): string {
  let visible = 0;
  let result = '';

  for (const [token] of line.matchAll(/\u001b\[[0-9;]*m|./gsu)) {
    if (token.startsWith('\u001b')) result += token;
    else if (++visible <= width) result += token;
  }
  return result;
}
