import pc from 'picocolors';

/** Colours when the stream is a terminal and NO_COLOR is not set (https://no-color.org); picocolors decides. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly magenta: (text: string) => string;
}

export function createPaint(color = pc.isColorSupported): Paint {
  const { bold, dim, red, green, yellow, blue, cyan, magenta } = pc.createColors(color);
  return { bold, dim, red, green, yellow, blue, cyan, magenta };
}
