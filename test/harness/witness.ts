import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that steps call when they start and end: what really ran, whatever the product says about it. */
export interface Witness {
  readonly url: string;
  /** Calls by path. */
  readonly calls: ReadonlyMap<string, number>;
  /** Called after every call with the number of calls so far. */
  onCall: (count: number) => void;
  stop(): Promise<void>;
}

export async function startWitness(): Promise<Witness> {
  const calls = new Map<string, number>();
  let count = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    calls.set(path, (calls.get(path) ?? 0) + 1);
    response.end();
    witness.onCall(++count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const witness: Witness = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    onCall: () => undefined,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return witness;
}
