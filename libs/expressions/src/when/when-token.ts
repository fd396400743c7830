/** Kinds and spelling follow govaluate, whose names appear in the messages users know from Argo. */
export type WhenTokenKind =
  | 'UNKNOWN'
  | 'PREFIX'
  | 'NUMERIC'
  | 'BOOLEAN'
  | 'STRING'
  | 'TIME'
  | 'VARIABLE'
  | 'ACCESSOR'
  | 'COMPARATOR'
  | 'LOGICALOP'
  | 'MODIFIER'
  | 'CLAUSE'
  | 'CLAUSE_CLOSE'
  | 'TERNARY'
  | 'SEPARATOR';

export interface WhenToken {
  readonly kind: WhenTokenKind;
  readonly value: string | number | boolean;
  readonly offset: number;
  readonly length: number;
}

const AFTER_OPERAND: readonly WhenTokenKind[] = [
  'MODIFIER',
  'COMPARATOR',
  'LOGICALOP',
  'CLAUSE_CLOSE',
  'TERNARY',
  'SEPARATOR',
];
const OPERANDS: readonly WhenTokenKind[] = ['NUMERIC', 'BOOLEAN', 'VARIABLE', 'ACCESSOR', 'CLAUSE'];

/** Which token may stand after which; the key UNKNOWN is the beginning of the text. */
export const NEXT_KINDS: Readonly<Record<WhenTokenKind, readonly WhenTokenKind[]>> = {
  UNKNOWN: ['PREFIX', ...OPERANDS, 'STRING', 'TIME'],
  CLAUSE: ['PREFIX', ...OPERANDS, 'STRING', 'TIME', 'CLAUSE_CLOSE'],
  CLAUSE_CLOSE: AFTER_OPERAND,
  NUMERIC: AFTER_OPERAND,
  BOOLEAN: AFTER_OPERAND,
  STRING: AFTER_OPERAND,
  VARIABLE: AFTER_OPERAND,
  ACCESSOR: [...AFTER_OPERAND, 'CLAUSE'],
  TIME: AFTER_OPERAND.filter((kind) => kind !== 'TERNARY'),
  MODIFIER: ['PREFIX', ...OPERANDS, 'STRING'],
  COMPARATOR: ['PREFIX', ...OPERANDS, 'STRING', 'TIME'],
  LOGICALOP: ['PREFIX', ...OPERANDS, 'STRING', 'TIME'],
  PREFIX: OPERANDS,
  TERNARY: ['PREFIX', ...OPERANDS, 'STRING', 'TIME', 'SEPARATOR'],
  SEPARATOR: ['PREFIX', ...OPERANDS, 'STRING', 'TIME'],
};

/** A text may end after these. */
export const MAY_END: ReadonlySet<WhenTokenKind> = new Set<WhenTokenKind>([
  'CLAUSE_CLOSE',
  'NUMERIC',
  'BOOLEAN',
  'STRING',
  'TIME',
  'VARIABLE',
  'ACCESSOR',
]);

export const PREFIXES: ReadonlySet<string> = new Set(['-', '!', '~']);

/** Symbols by kind; looked up in this order. */
export const SYMBOLS: ReadonlyMap<string, WhenTokenKind> = new Map<string, WhenTokenKind>([
  ...['+', '-', '*', '/', '%', '**', '&', '|', '^', '>>', '<<'].map((s) => [s, 'MODIFIER'] as const),
  ...['&&', '||'].map((s) => [s, 'LOGICALOP'] as const),
  ...['==', '!=', '>', '>=', '<', '<=', '=~', '!~'].map((s) => [s, 'COMPARATOR'] as const),
  ...['?', ':', '??'].map((s) => [s, 'TERNARY'] as const),
]);
