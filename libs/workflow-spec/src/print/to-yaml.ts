import { Document, isScalar, visit } from 'yaml';
import { readPlain } from '../source/scalar.js';

/** Members that people look for first, in this order; the rest keeps the order it came in. */
const FIRST_KEYS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

/** The object as YAML that reads back to the same object, also with YAML 1.1 readers. Fields that are undefined are left out. */
export function toYaml(value: unknown): string {
  const document = new Document(inOrder(value), { aliasDuplicateObjects: false, keepUndefined: false });
  visit(document, {
    Scalar(_key, node) {
      if (!isScalar(node) || typeof node.value !== 'string') return;
      const { value: text } = node;
      // Words that YAML 1.1 reads as something else, and what the YAML writer would leave bare.
      if (readPlain(text).type !== 'string' || /^[=<]|^[\d+.-].*:/.test(text)) node.type = 'QUOTE_DOUBLE';
      else if (text.includes('\n') && isLiteral(text)) node.type = 'BLOCK_LITERAL';
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: false });
}

/** As `kubectl -o json` writes it. */
export function manifestJson(value: unknown): string {
  return `${JSON.stringify(inOrder(value), null, 2)}\n`;
}

/** Texts that a literal block shows as they are. */

const isLiteral = (text: string): boolean =>
  !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]|^[\s]|[ \t]\n/.test(text);

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value);
  const rank = ([key]: [string, unknown]): number => {
    const at = FIRST_KEYS.indexOf(key);
    return at < 0 ? FIRST_KEYS.length : at;
  };
  return Object.fromEntries(members.sort((a, b) => rank(a) - rank(b)));
}
