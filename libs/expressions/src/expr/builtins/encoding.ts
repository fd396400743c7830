import { ExpressionError } from '../../expression-error.js';
import type { JsonValue } from '../../json.js';
import { fromJson, toJson, typeOf } from '../value.js';
import { anyArg, textArg } from './builtin.js';
import type { Builtin } from './builtin.js';

export function parseJson(text: string): ReturnType<typeof fromJson> {
  try {
    return fromJson(JSON.parse(text) as JsonValue);
  } catch {
    throw new ExpressionError('not valid JSON');
  }
}

export function decodeBase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
  } catch {
    throw new ExpressionError('not valid base64');
  }
}
export const encodeBase64 = (text: string): string => {
  let encoded = '';
  // In slices whose length is a multiple of 3 bytes, because a call takes only so many arguments.
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 3072)
    encoded += btoa(String.fromCharCode(...bytes.subarray(at, at + 3072)));
  return encoded;
};

export const encodingBuiltins: Readonly<Record<string, Builtin>> = {
  toJSON: ([value]) => JSON.stringify(toJson(anyArg(value)), null, 2),
  fromJSON: ([text]) => parseJson(textArg(text)),
  toBase64: ([text]) => encodeBase64(textArg(text)),
  fromBase64: ([text]) => decodeBase64(textArg(text)),
  type: ([value]) => typeOf(anyArg(value)),
};
