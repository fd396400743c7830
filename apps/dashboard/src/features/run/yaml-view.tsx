import { useMemo } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { CopyButton } from '../../shell/copy-text.js';

/** What stands before the value: indentation and dashes, and the key. */
const KEY = /^(\s*(?:- )*)((?:"[^"]*"|'[^']*'|[\w./-]+):)(?=\s|$)/;
const COMMENT = /^\s*#/;

/** Keys and comments in their own colours; everything else as it is. */
function coloured(line: string): ReactNode {
  if (COMMENT.test(line)) return <i>{line}</i>;
  const [whole, before, key] = KEY.exec(line) ?? [];
  if (whole === undefined) return line;
  return (
    <>
      {before}
      <b>{key}</b>
      {line.slice(whole.length)}
    </>
  );
}

export function YamlView({ yaml }: { yaml: string }): ReactElement {
  const lines = useMemo(() => yaml.trimEnd().split('\n').map(coloured), [yaml]);
  return (
    <div className="yaml">
      <CopyButton text={yaml} label="Copy the YAML" />
      <pre tabIndex={0} aria-label="The workflow as it was submitted">
        {lines.map((line, index) => (
          <span key={index}>
            {line}
            {'\n'}
          </span>
        ))}
      </pre>
    </div>
  );
}
