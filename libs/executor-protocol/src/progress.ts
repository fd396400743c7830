/**
 * What a program says of its own progress. Supervisors write it to standard error as `::argosy-progress N/M`, on a line of its
 * own, unless the program has begun one: then it stands at the end of that. A program may write such lines itself; it can only
 * speak of itself with them.
 */
const MARK = '::argosy-progress ';
const AT_END = /::argosy-progress (\d{1,15}\/\d{1,15})$/;

/** What a log line says besides what the program wrote; undefined when it is the program's altogether. */
export interface ProgressMark {
  /** `N/M` */
  readonly progress: string;
  /** What the program had written on that line. */
  readonly before: string;
}

export function progressMarkOf(line: string): ProgressMark | undefined {
  if (!line.includes(MARK)) return undefined;
  const found = AT_END.exec(line);
  return found?.[1] === undefined ? undefined : { progress: found[1], before: line.slice(0, found.index) };
}

/** Whether it is `N/M` with N up to M, of numbers that nobody has to round. */
export function isProgress(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const [, done, all] = /^(\d{1,15})\/(\d{1,15})$/.exec(text) ?? [];
  return Number(all) > 0 && Number(done) <= Number(all);
}
