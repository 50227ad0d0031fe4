import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as received, complete or not. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The reaction of the server to a request. */
export type Act = (response: ServerResponse, request: Arrived) => void | Promise<void>;

/** A real server with scripted reactions: the first request gets the first act, and so on. The last act repeats. */
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

/** Cuts the connection without an answer. */
export const drop: Act = (response) => void response.destroy();

/** Starts an answer and cuts the connection in the middle. */
export const truncate: Act = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"half":', () => response.destroy());
};

/** Never answers. */
export const silence: Act = () => {};
