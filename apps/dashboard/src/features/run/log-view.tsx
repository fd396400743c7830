import { ActionIcon, Box, Group, Text, TextInput } from '@mantine/core';
import { IconArrowDown, IconDownload, IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { AnsiUp } from 'ansi_up';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../graphql/client.js';
import { StepLogDocument } from '../../gql/operations.js';

interface Line {
  readonly number: number;
  readonly text: string;
  readonly missingBefore: number;
}
/** Lines that come within this time are drawn at once. */
const DRAW_MS = 100;

function useLog(runId: string, nodeId: string): readonly Line[] {
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(() => {
    setLines([]);
    let waiting: Line[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      const fresh = waiting;
      waiting = [];
      timer = undefined;
      // After a broken connection the log comes again from its start; what is known is not shown twice.
      setLines((before) =>
        fresh.reduce((shown, line) => (line.number >= shown.length ? [...shown, line] : shown), before),
      );
    };
    const { unsubscribe } = client.subscription(StepLogDocument, { runId, nodeId }).subscribe(({ data }) => {
      if (!data || data.logLines.container !== 'main') return;
      waiting.push(data.logLines);
      timer ??= setTimeout(draw, DRAW_MS);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [runId, nodeId]);
  return lines;
}

export function LogView({ runId, nodeId }: { runId: string; nodeId: string }): ReactElement {
  const lines = useLog(runId, nodeId);
  const [search, setSearch] = useState('');
  const [follow, setFollow] = useState(true);
  const scroller = useRef<HTMLDivElement>(null);
  const ansi = useMemo(() => Object.assign(new AnsiUp(), { use_classes: false, escape_html: true }), []);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 19,
    overscan: 30,
  });
  const found = useMemo(
    () =>
      new Set(
        search
          ? lines.flatMap(({ text }, index) => (text.toLowerCase().includes(search.toLowerCase()) ? [index] : []))
          : [],
      ),
    [lines, search],
  );
  useEffect(() => {
    if (follow && lines.length > 0) rows.scrollToIndex(lines.length - 1);
  }, [lines.length, follow, rows]);
  const download = (): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([lines.map(({ text }) => `${text}\n`).join('')], { type: 'text/plain' }));
    link.download = `${nodeId}.log`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Box style={{ display: 'flex', flexDirection: 'column', height: '100%' }}>
      <Group gap="xs" p={6}>
        <TextInput
          size="xs"
          aria-label="Search the log"
          placeholder="Search"
          leftSection={<IconSearch size={13} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          style={{ flex: 1 }}
        />
        {search && <Text size="xs">{found.size} found</Text>}
        <ActionIcon
          variant={follow ? 'filled' : 'default'}
          aria-label="Follow the end"
          aria-pressed={follow}
          onClick={() => setFollow(!follow)}
        >
          <IconArrowDown size={15} />
        </ActionIcon>
        <ActionIcon variant="default" aria-label="Download" onClick={download}>
          <IconDownload size={15} />
        </ActionIcon>
      </Group>
      <div className="log" ref={scroller} tabIndex={0} role="log" aria-label="Log" onWheel={() => setFollow(false)}>
        {lines.length === 0 && <div className="log-line">No output yet.</div>}
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const line = lines[index];
            if (!line) return null;
            return (
              <div
                key={index}
                data-index={index}
                ref={rows.measureElement}
                className={`log-line${found.has(index) ? ' found' : ''}`}
                style={{ position: 'absolute', top: start, left: 0, right: 0 }}
              >
                <span>{line.number + 1}</span>
                <span>
                  {line.missingBefore > 0 && (
                    <em>
                      … {line.missingBefore} lines were lost here …{'\n'}
                    </em>
                  )}
                  <span dangerouslySetInnerHTML={{ __html: ansi.ansi_to_html(line.text) }} />
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </Box>
  );
}
