import { LineIndex } from '../source/line-index.js';
import { readPlain } from '../source/scalar.js';
import type { SourceNode } from '../source/source-node.js';
import { readYaml } from '../source/yaml-reader.js';

/**
 * What Kubernetes' own YAML reader, and with it Argo, makes of the first document of a text that is no manifest of ours:
 * `0644` is octal and `yes` is true. @throws SyntaxError
 */
export function yamlValue(text: string): unknown {
  const [document] = readYaml(text);
  const error = document?.problems.find(({ severity }) => severity === 'error');
  if (error) {
    const { line, column } = new LineIndex(text).position(error);
    throw new SyntaxError(`${error.message} at line ${line}, column ${column}`);
  }
  return document?.root ? valueOf(document.root) : null;
}

function valueOf(node: SourceNode): unknown {
  switch (node.kind) {
    case 'sequence':
      return node.items.map(valueOf);
    case 'mapping':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, valueOf(value)]));
    case 'scalar': {
      if (!node.plain) return node.text;
      const read = readPlain(node.text);
      return read.type === 'null' ? null : read.value;
    }
  }
}
