/** Splits a byte stream into lines; a last line without a newline is given too. */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // A long line arrives in many chunks: they are joined once, when its end comes.
  let pending: string[] = [];
  for await (const chunk of chunks) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    pending.push(parts.shift() ?? '');
    for (const part of parts) {
      yield pending.join('');
      pending = [part];
    }
  }
  const rest = pending.join('');
  if (rest !== '') yield rest;
}
