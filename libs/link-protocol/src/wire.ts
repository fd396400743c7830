import { z } from 'zod';
import { agentMessage, controlMessage } from './messages.js';
import type { AgentMessage, ControlMessage } from './messages.js';

/** Facts are packed into messages of at most this many bytes, unless a single one is larger. */
export const MESSAGE_TARGET_BYTES = 1024 * 1024;
/** No message is larger; an object of a Kubernetes API is at most a few MiB. A socket that brings more is closed. */
export const MESSAGE_LIMIT_BYTES = 16 * 1024 * 1024;

/** The other side sent something that is not of this protocol. The connection cannot go on. */
export class LinkProtocolError extends Error {
  override readonly name = 'LinkProtocolError';
}

export const encodeMessage = (message: AgentMessage | ControlMessage): string => JSON.stringify(message);

/** @throws LinkProtocolError */
export const decodeAgentMessage = (text: string): AgentMessage => decode(agentMessage, text);
/** @throws LinkProtocolError */
export const decodeControlMessage = (text: string): ControlMessage => decode(controlMessage, text);

function decode<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new LinkProtocolError('not JSON');
  }
  const result = schema.safeParse(UNSTORABLE.test(text) ? storable(value) : value);
  if (!result.success) throw new LinkProtocolError(z.prettifyError(result.error));
  return result.data;
}

/** Escapes that may stand for what Postgres cannot store: NUL and halves of surrogate pairs. */
const UNSTORABLE = /\\u(?:0000|[dD][89a-fA-F])/;
const NUL = String.fromCharCode(0);
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** User programs print anything. What no database can store is shown as U+FFFD, here, so that nothing behind trips over it. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(NUL, '\ufffd').replace(LONE_SURROGATE, '\ufffd');
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [storable(key), storable(entry)]));
}
