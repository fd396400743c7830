/** What a plain scalar means to Kubernetes' own YAML reader (YAML 1.1 without base 60 and without dates). */
export type PlainValue =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'number'; readonly value: number; readonly isDecimal: boolean }
  | { readonly type: 'string'; readonly value: string };

const WORDS: ReadonlyMap<string, PlainValue> = new Map<string, PlainValue>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { type: 'null' }] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, { type: 'boolean', value: true }] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, { type: 'boolean', value: false }] as const,
  ),
]);
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const RADIX_INTEGER = /^([-+]?)0(?:([xX][\da-fA-F]+)|([bB][01]+)|[oO]?([0-7]+))$/;
/** A number that everybody reads the same way: its spelling can be kept. */
const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/;

export function readPlain(text: string): PlainValue {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const mayBeNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!mayBeNumber) return { type: 'string', value: text };
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  const radix = RADIX_INTEGER.exec(digits);
  if (radix) {
    const [, sign, hex, binary, octal] = radix;
    const value = Number(`0${hex ?? binary ?? `o${octal ?? ''}`}`);
    return { type: 'number', value: sign === '-' ? -value : value, isDecimal: false };
  }
  if (FLOAT.test(digits)) return { type: 'number', value: Number(digits), isDecimal: DECIMAL.test(text) };
  return { type: 'string', value: text };
}

/** As Argo writes a number into a string: all digits, no exponent. */
export function numberText(value: number): string {
  if (Object.is(value, -0)) return '0';
  const text = String(value);
  if (!text.includes('e')) return text;
  if (Number.isInteger(value)) return BigInt(value).toString();
  const [mantissa = '', exponent = '0'] = text.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  return `${sign}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`;
}
