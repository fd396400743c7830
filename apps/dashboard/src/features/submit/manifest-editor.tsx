import { useRef } from 'react';
import type { DragEvent, ReactElement, RefObject } from 'react';

/** A text area with line numbers, and marks on the lines that have a problem. */
export function ManifestEditor({
  field,
  value,
  marked,
  onChange,
}: {
  field: RefObject<HTMLTextAreaElement | null>;
  value: string;
  marked: ReadonlySet<number>;
  onChange: (value: string) => void;
}): ReactElement {
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split('\n').length;
  const drop = (event: DragEvent): void => {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    void file.text().then(onChange);
  };
  return (
    <div className="editor">
      <div className="editor-gutter" ref={gutter} aria-hidden>
        {Array.from({ length: lines }, (_, index) => (
          <div key={index} data-marked={marked.has(index + 1) || undefined}>
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={field}
        aria-label="Workflow, as YAML or JSON"
        data-autofocus
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onScroll={(event) => gutter.current?.scrollTo(0, event.currentTarget.scrollTop)}
        onDrop={drop}
      />
    </div>
  );
}
