import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { progressMarkOf } from './progress.js';
import { parseOutputs } from './report.js';
import type { ReportedOutputs, ReportOverflow } from './report.js';

export const FRAME_PREFIX = '::argosy-outputs';
const FRAME = /^::argosy-outputs [0-9a-f]{32} \d+ [A-Za-z0-9+/]+={0,2}$/;

/** Whether a log line is all ours: outputs, of whichever container start, or progress. Such lines are not the user's log. */
export const isFrame = (line: string): boolean => isOutputs(line) || isAllProgress(line);

const isOutputs = (line: string): boolean => line.startsWith(FRAME_PREFIX) && FRAME.test(line);
const isAllProgress = (line: string): boolean => progressMarkOf(line)?.before === '';

/**
 * Puts outputs together from the frames in a log. Undefined when a frame is missing or the check sum differs: the log was
 * cut or rotated meanwhile, and reading it again may help.
 */
export function decodeOutputs(overflow: ReportOverflow, log: string): ReportedOutputs | undefined {
  const bytes = new Uint8Array(overflow.bytes);
  let offset = 0;
  for (const frame of framesOf(overflow, log)) {
    const part = frame === undefined ? undefined : fromBase64(frame);
    if (!part || offset + part.length > bytes.length) return undefined;
    bytes.set(part, offset);
    offset += part.length;
  }
  if (offset !== bytes.length || bytesToHex(sha256(bytes)) !== overflow.sha256) return undefined;
  return parseOutputs(new TextDecoder().decode(bytes));
}

/** The base64 of every frame, in order. A line that only looks like a frame of this start cannot be: it knows no nonce. */
function framesOf({ nonce, frames }: ReportOverflow, log: string): (string | undefined)[] {
  const parts = Array.from<string | undefined>({ length: frames });
  const start = `${FRAME_PREFIX} ${nonce} `;
  for (let at = log.indexOf(start); at >= 0; at = log.indexOf(start, at + start.length)) {
    const end = log.indexOf('\n', at);
    const [index, base64] = log.slice(at + start.length, end < 0 ? undefined : end).split(' ', 2);
    if (Number(index) < frames) parts[Number(index)] = base64;
  }
  return parts;
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/**
 * Takes frames out of a log that is read line by line. The supervisor begins its frames on a line of their own; the empty
 * line that this makes of a log that was complete already goes too, and so do lines that tell of progress. Lines may be of any shape, such as text with a time.
 */
export class FrameFilter<Line = string> {
  private held: Line | undefined;

  constructor(private readonly textOf: (line: Line) => string) {}

  /** The user's lines that are certain now, in order: none, the given one, or an empty line held back before it too. */
  push(line: Line): Line[] {
    const text = this.textOf(line);
    if (isAllProgress(text)) return [];
    if (isOutputs(text)) {
      this.held = undefined;
      return [];
    }
    const certain = this.end();
    if (text !== '') return [...certain, line];
    this.held = line;
    return certain;
  }

  /** What was still held back at the end of the log. */
  end(): Line[] {
    const certain = this.held === undefined ? [] : [this.held];
    this.held = undefined;
    return certain;
  }
}
