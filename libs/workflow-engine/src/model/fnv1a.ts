const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
/** Half a character has no encoding; Go reads it as the replacement character. */
const LONE_SURROGATES = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** FNV-1a, 32 bit, over the UTF-8 bytes of the text. Every look-up of a node by name comes through here. */
export function fnv1a32(text: string): number {
  let hash = OFFSET_BASIS;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return hashBytes(hash, encodeURIComponent(text.slice(i).replace(LONE_SURROGATES, '\uFFFD')));
    hash = Math.imul(hash ^ unit, PRIME);
  }
  return hash >>> 0;
}

/** Percent-encoding is the one UTF-8 encoder that the language itself has. */
function hashBytes(start: number, encoded: string): number {
  let hash = start;
  for (let i = 0; i < encoded.length; i++) {
    const isEscape = encoded[i] === '%';
    const byte = isEscape ? parseInt(encoded.slice(i + 1, i + 3), 16) : encoded.charCodeAt(i);
    hash = Math.imul(hash ^ byte, PRIME);
    if (isEscape) i += 2;
  }
  return hash >>> 0;
}
