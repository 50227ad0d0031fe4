import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived, whole or as far as it came. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the server does with one request. */
export type Act = (response: ServerResponse, request: Arrived) => void | Promise<void>;

/** A real server that does as it is told: the first request gets the first act, and so on; the last act stays. */
export async function faultServer(...acts: Act[]) {
  const arrived: Arrived[] = [];
  let count = 0;
  const server = createServer(async (request, response) => {
    const act = acts[Math.min(count, acts.length - 1)];
    count += 1;
    const chunks: Buffer[] = [];
    await request.forEach((chunk) => void chunks.push(chunk)).catch(() => {});
    const { method = '', url = '', headers } = request;
    const whole = { method, url, headers, body: Buffer.concat(chunks) };
    arrived.push(whole);
    await act?.(response, whole);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Act =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));

/** Answers with problem details. */
export const problem = (
  status: number,
  code: string,
  headers: Record<string, string> = {},
  more: object = {},
): Act =>
  json(
    { type: 'about:blank', title: code, status, code, detail: 'so it is', requestId: 'r-1', ...more },
    status,
    headers,
  );

/** Breaks the connection off without an answer. */
export const drop: Act = (response) => void response.destroy();

/** Begins an answer and breaks off in its middle. */
export const truncate: Act = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"half":', () => response.destroy());
};

/** Never answers. */
export const silence: Act = () => {};
