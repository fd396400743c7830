import { stringify } from 'yaml';

/** Everything the command line writes for people or programs goes through here, so that a test can read it. */
export interface Output {
  /** What was asked for. */
  out(text: string): void;
  /** Remarks and errors. */
  err(text: string): void;
}

export const terminal: Output = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

export type StructuredFormat = 'json' | 'yaml';

export function formatStructured(value: unknown, format: StructuredFormat): string {
  return format === 'json' ? JSON.stringify(value, null, 2) : stringify(value).trimEnd();
}
