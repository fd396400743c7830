import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Connection } from './connection.js';

describe('the connection to an API server', () => {
  it('still answers while the logs of more pods are followed than it has connections for requests', async () => {
    const open: ServerResponse[] = [];
    const server = createServer((request, response) => {
      if (request.url === '/version') response.end('{"major":"1"}');
      else {
        response.write('x');
        open.push(response);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connection = Connection.open({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    const streams = Array.from({ length: 100 }, () => connection.stream({ method: 'GET', path: '/logs' }));
    await Promise.all(streams.map((stream) => stream.next()));
    expect(await connection.json({ method: 'GET', path: '/version' })).toEqual({ major: '1' });
    for (const response of open) response.end();
    await connection.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
