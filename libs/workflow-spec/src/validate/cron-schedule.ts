const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly words?: readonly string[];
}
const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, words: MONTHS },
  { name: 'day of the week', from: 0, to: 6, words: DAYS },
];
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** What is wrong with a schedule, or undefined. `durationMs` reads the time of `@every`. */
export function scheduleProblem(schedule: string, durationMs: (text: string) => number | null): string | undefined {
  const text = schedule.replace(/^(CRON_TZ|TZ)=\S+\s+/, '').trim();
  if (text.startsWith('@every ')) {
    const every = durationMs(text.slice('@every '.length).trim());
    return every !== null && every > 0 ? undefined : `"${schedule}" has no valid duration`;
  }
  if (text.startsWith('@'))
    return DESCRIPTORS.includes(text) ? undefined : `"${text}" is not one of ${DESCRIPTORS.join(', ')}`;
  const parts = text.split(/\s+/);
  if (parts.length !== FIELDS.length)
    return `a schedule has 5 fields, "${schedule}" has ${text === '' ? 0 : parts.length}`;
  for (const [index, field] of FIELDS.entries()) {
    const part = parts[index] ?? '';
    if (!part.split(',').every((piece) => isPiece(piece, field)))
      return `"${part}" is no valid ${field.name} (${field.from} to ${field.to})`;
  }
  return undefined;
}

function isPiece(piece: string, field: Field): boolean {
  const [range = '', step, ...more] = piece.split('/');
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (range === '*' || range === '?') return true;
  const bounds = range.split('-').map((word) => numberOf(word, field));
  const [low = -1, high = low] = bounds;
  return bounds.length <= 2 && low >= field.from && high <= field.to && low <= high;
}

function numberOf(word: string, { words, from }: Field): number {
  if (/^\d+$/.test(word)) return Number(word);
  const at = words?.indexOf(word.toLowerCase()) ?? -1;
  return at < 0 ? Number.NaN : at + from;
}
