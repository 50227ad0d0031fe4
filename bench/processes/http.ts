import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function listen(
  answer: (...args: Parameters<RequestListener>) => Promise<void>,
): Promise<string> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      // The sender sees the error, and the benchmark stops.
      response.statusCode = 500;
      response.end(String(error.stack));
    });
  });
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
