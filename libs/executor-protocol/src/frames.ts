import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { FRAME_PREFIX } from './report.js';
import type { ReportedOutputs, ReportOverflow } from './report.js';

/**
 * Puts outputs together from the frames in a log. Undefined when a frame is missing or the check sum differs: the log was
 * cut or rotated meanwhile, and reading it again may help.
 */
export function decodeOutputs(overflow: ReportOverflow, log: string): ReportedOutputs | undefined {
  const start = `${FRAME_PREFIX} ${overflow.nonce} `;
  const parts = new Array<Uint8Array | undefined>(overflow.frames);
  for (let at = log.indexOf(start); at >= 0; at = log.indexOf(start, at + start.length)) {
    const end = log.indexOf('\n', at);
    const [index, base64] = log.slice(at + start.length, end < 0 ? undefined : end).split(' ', 2);
    if (index !== undefined && base64 !== undefined) parts[Number(index)] = fromBase64(base64);
  }
  const bytes = new Uint8Array(overflow.bytes);
  let offset = 0;
  for (const part of parts) {
    if (!part || offset + part.length > bytes.length) return undefined;
    bytes.set(part, offset);
    offset += part.length;
  }
  if (offset !== bytes.length || bytesToHex(sha256(bytes)) !== overflow.sha256) return undefined;
  return JSON.parse(new TextDecoder().decode(bytes)) as ReportedOutputs;
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
