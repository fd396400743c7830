import type { Shape } from '../schema/shape.js';
import type { PlainValue } from '../source/scalar.js';
import { numberText, readPlain } from '../source/scalar.js';
import type { SourceScalar } from '../source/source-node.js';
import { suggest } from '../suggestion.js';
import type { ProblemInput } from './positions.js';
import { describeShape } from './wording.js';

type Refuse = (input: ProblemInput) => undefined;

const QUANTITY = /^[-+]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?\d+)?$/;
const NUMBER_TEXT = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;
const INTEGER_TEXT = /^[-+]?\d+$/;

/** The value of a scalar in a place of this shape; undefined for null and for what does not fit, which is told. */
export function decodeScalar(node: SourceScalar, shape: Shape, refuse: Refuse): unknown {
  const read: PlainValue = node.plain ? readPlain(node.text) : { type: 'string', value: node.text };
  if (read.type === 'null') return undefined;
  if (read.type === 'string' && read.value.includes('\0'))
    return refuse({ code: 'control-character', message: 'a text must not hold the character NUL' });
  switch (shape.type) {
    case 'any':
      return anything(node, read, refuse);
    case 'string':
      return read.type === 'string'
        ? checkAllowed(read.value, shape.allowed, refuse)
        : wrongScalar(node, read, shape, refuse);
    case 'any-string':
      return anyString(node, read, refuse);
    case 'integer':
      return read.type === 'number' ? wholeNumber(read.value, refuse) : wrongScalar(node, read, shape, refuse);
    case 'number':
      return read.type === 'number' ? read.value : wrongScalar(node, read, shape, refuse);
    case 'numeral':
      return read.type === 'number' || (read.type === 'string' && NUMBER_TEXT.test(read.value))
        ? read.value
        : wrongScalar(node, read, shape, refuse);
    case 'int-or-string':
      if (read.type === 'number') return wholeNumber(read.value, refuse);
      return read.type === 'string' ? read.value : wrongScalar(node, read, shape, refuse);
    case 'quantity':
      return quantity(node, read, shape, refuse);
    case 'boolean':
      return read.type === 'boolean' ? read.value : wrongScalar(node, read, shape, refuse);
    case 'list':
    case 'map':
    case 'object':
      return wrongScalar(node, read, shape, refuse);
  }
}

/**
 * Argo keeps the value of a parameter as text. A number keeps its spelling, so that 1.10 stays a version; what YAML
 * spells in a way of its own becomes what Argo makes of it, with a warning.
 */
function anyString(node: SourceScalar, read: PlainValue, refuse: Refuse): string | undefined {
  if (read.type === 'string') return read.value;
  if (read.type === 'null') return undefined;
  if (read.type === 'number' && read.isDecimal) return node.text;
  const text = read.type === 'boolean' ? String(read.value) : numberText(read.value);
  if (text !== node.text) {
    refuse({
      severity: 'warning',
      code: 'yaml-value',
      message: `YAML reads ${node.text} as the ${read.type} ${text}`,
      hint: `write "${node.text}" to keep the text`,
    });
  }
  return text;
}

/** An id may have more digits than a double. As a text it keeps them, and reads the same wherever a tag puts it. */
function anything(node: SourceScalar, read: PlainValue, refuse: Refuse): unknown {
  if (read.type === 'null') return undefined;
  if (read.type !== 'number' || !INTEGER_TEXT.test(node.text) || Number.isSafeInteger(read.value)) return read.value;
  if (!read.isDecimal || String(read.value) === node.text) return read.value;
  refuse({
    severity: 'warning',
    code: 'yaml-value',
    message: `${node.text} has more digits than a number keeps: it is read as a text`,
    hint: `write "${node.text}"`,
  });
  return node.text;
}

function quantity(node: SourceScalar, read: PlainValue, shape: Shape, refuse: Refuse): string | undefined {
  if (read.type === 'boolean' || read.type === 'null') return wrongScalar(node, read, shape, refuse);
  if (QUANTITY.test(node.text)) return node.text;
  return refuse({
    code: 'quantity',
    message: `"${node.text}" is not a quantity`,
    hint: node.text.includes('{{')
      ? 'tags are not replaced here: set it with podSpecPatch'
      : 'write a number with an optional suffix, such as 500m, 0.5, 100Mi or 2Gi',
  });
}

function wholeNumber(value: number, refuse: Refuse): number | undefined {
  if (Number.isSafeInteger(value)) return value;
  return refuse({ code: 'wrong-type', message: `expected a whole number, found ${value}` });
}

function checkAllowed(value: string, allowed: readonly string[] | undefined, refuse: Refuse): string | undefined {
  if (allowed === undefined || allowed.includes(value)) return value;
  const choices = allowed.filter((choice) => choice !== '');
  return refuse({
    code: 'not-allowed',
    message: `"${value}" is not one of ${choices.join(', ')}`,
    hint: choices.length > 1 ? suggest(value, choices)?.replace(/^known: .*/, '') || undefined : undefined,
  });
}

function wrongScalar(node: SourceScalar, read: PlainValue, shape: Shape, refuse: Refuse): undefined {
  return refuse({
    code: 'wrong-type',
    message: `expected ${describeShape(shape)}, found ${describe(read)}`,
    hint: scalarHint(node, read, shape),
  });
}

function describe(read: PlainValue): string {
  if (read.type === 'string') {
    const [first = ''] = read.value.split('\n');
    return `the string "${first.length > 40 ? `${first.slice(0, 40)}…` : first}"`;
  }
  return read.type === 'null' ? 'nothing' : `the ${read.type} ${read.value}`;
}

function scalarHint(node: SourceScalar, read: PlainValue, shape: Shape): string | undefined {
  if (shape.type === 'string' && read.type !== 'string') return `write "${node.text}" in quotes`;
  if (shape.type === 'list') return `write [${node.text}] or begin each member with "- "`;
  if (read.type !== 'string' || node.plain) return undefined;
  if (shape.type === 'boolean' && /^(true|false)$/.test(node.text)) return 'write it without quotes';
  return shape.type === 'integer' && INTEGER_TEXT.test(node.text) ? 'write it without quotes' : undefined;
}
