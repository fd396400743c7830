import { useLocalStorage } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { LogRowFragment } from '../../../gql/operations.js';
import { clockTime } from '../../../shell/format.js';
import { findLines, lineHtml, plainText } from './log-text.js';
import { LogToolbar } from './log-toolbar.js';
import { useFollow } from './use-follow.js';
import { useLog } from './use-log.js';
import type { Log, LogSource } from './use-log.js';
import './log.css';

const LINE_HEIGHT = 20;

function save(name: string, lines: Log['lines']): void {
  const link = document.createElement('a');
  const text = lines.map((line) => `${plainText(line?.text ?? '')}\n`).join('');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

const emptyText = ({ state }: Log): string =>
  state === 'loading'
    ? 'Loading …'
    : state === 'failed'
      ? 'The log could not be read.'
      : state === 'complete'
        ? 'It printed nothing.'
        : 'Nothing printed yet.';

/** Matches of a search, and which of them one is at. */
function useMatches(log: Log, search: string) {
  const { lines, version } = log;
  // eslint-disable-next-line react-hooks/exhaustive-deps -- lines grow in place; the version tells of it
  const found = useMemo(() => findLines(lines, search), [lines, version, search]);
  const [at, setAt] = useState(0);
  useEffect(() => setAt(0), [search]);
  return { found, set: useMemo(() => new Set(found), [found]), at: Math.min(at, found.length - 1), setAt };
}

/** Where the line of that number is; -1 until it has come. */
function useLineIndex({ lines, version }: Log, wanted: number): number {
  // eslint-disable-next-line react-hooks/exhaustive-deps -- lines grow in place; the version tells of it
  return useMemo(() => lines.findIndex((line) => line?.number === wanted - 1), [lines, version, wanted]);
}

/** The output of one container. `endsOpen`: it is shown from its end, and followed. */
export function LogView({ name, endsOpen, ...source }: LogSource & { name: string; endsOpen: boolean }): ReactElement {
  const log = useLog(source);
  const { lines } = log;
  const [parameters] = useSearchParams();
  const linked = Number(parameters.get('line') ?? 0);
  const linkedIndex = useLineIndex(log, linked);
  const [search, setSearch] = useState('');
  const matches = useMatches(log, search);
  const [wrap, setWrap] = useLocalStorage({ key: 'argosy.log.wrap', defaultValue: true });
  const [times, setTimes] = useLocalStorage({ key: 'argosy.log.times', defaultValue: false });
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 24,
  });
  const follow = useFollow(scroller, rows, lines.length, endsOpen && linked === 0);
  const { release } = follow;
  const show = useCallback(
    (index: number): void => {
      release();
      rows.scrollToIndex(index, { align: 'center' });
    },
    [rows, release],
  );
  const shownLink = useRef(0);
  useEffect(() => {
    if (linkedIndex === -1 || shownLink.current === linked) return;
    shownLink.current = linked;
    show(linkedIndex);
  }, [linked, linkedIndex, show]);
  useEffect(() => rows.measure(), [wrap, rows]);
  const go = (step: 1 | -1): void => {
    const { found, at, setAt } = matches;
    if (found.length === 0) return;
    const next = (at + step + found.length) % found.length;
    setAt(next);
    show(found[next] ?? 0);
  };
  const searchFor = (text: string): void => {
    setSearch(text);
    const [first] = findLines(lines, text);
    if (first !== undefined) show(first);
  };
  const current = matches.found[matches.at] ?? linkedIndex;
  return (
    <div className="log-view">
      <LogToolbar
        search={search}
        onSearch={searchFor}
        onGo={go}
        count={matches.found.length}
        at={matches.at}
        wrap={wrap}
        onWrap={() => setWrap(!wrap)}
        times={times}
        onTimes={() => setTimes(!times)}
        follows={follow.follows}
        onFollow={follow.toggle}
        onDownload={log.state === 'loading' ? undefined : () => save(`${name}.log`, lines)}
      />
      <div
        className="log"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-label="Log"
        aria-live="off"
        data-wrap={wrap || undefined}
        {...follow.listeners}
      >
        {lines.length === 0 && <p className="log-empty">{emptyText(log)}</p>}
        <LogRows
          rows={rows}
          lines={lines}
          wrap={wrap}
          times={times}
          search={search}
          matches={matches.set}
          current={current}
        />
      </div>
      <LogStatus log={log} />
    </div>
  );
}

function LogRows({
  rows,
  lines,
  wrap,
  times,
  search,
  matches,
  current,
}: {
  rows: Virtualizer<HTMLDivElement, Element>;
  lines: Log['lines'];
  wrap: boolean;
  times: boolean;
  search: string;
  matches: ReadonlySet<number>;
  /** The match that one is at, or the line that the address names. */
  current: number | undefined;
}): ReactElement {
  return (
    <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
      {rows.getVirtualItems().map(({ index, start }) => {
        const line = lines[index];
        return (
          <div
            key={index}
            data-index={index}
            ref={line && (wrap || line.missingBefore > 0) ? rows.measureElement : undefined}
            className="log-line"
            data-found={matches.has(index) || undefined}
            data-current={index === current || undefined}
            style={{ transform: `translateY(${start}px)` }}
          >
            {line && <LineContent line={line} times={times} search={search} />}
          </div>
        );
      })}
    </div>
  );
}

function LineContent({ line, times, search }: { line: LogRowFragment; times: boolean; search: string }): ReactElement {
  const [parameters] = useSearchParams();
  const to = new URLSearchParams(parameters);
  to.set('line', String(line.number + 1));
  return (
    <>
      {line.missingBefore > 0 && (
        <em className="log-hole">
          {line.missingBefore.toLocaleString()} {line.missingBefore === 1 ? 'line was' : 'lines were'} lost here
        </em>
      )}
      <Link to={{ search: to.toString() }} replace className="log-number" tabIndex={-1}>
        {line.number + 1}
      </Link>
      {times && (
        <time dateTime={line.at} title={line.at}>
          {clockTime(line.at)}
        </time>
      )}
      <span className="log-text" dangerouslySetInnerHTML={{ __html: lineHtml(line.text, search) }} />
    </>
  );
}

function LogStatus({ log: { lines, known, state } }: { log: Log }): ReactElement {
  const count = lines.length.toLocaleString();
  return (
    <div className="log-status" role="status">
      {known < lines.length
        ? `${known.toLocaleString()} of ${count} lines`
        : `${count} ${lines.length === 1 ? 'line' : 'lines'}`}
      {state === 'live' && <span className="log-live">live</span>}
      {state === 'failed' && lines.length > 0 && <span className="log-failed">the rest could not be read</span>}
    </div>
  );
}
