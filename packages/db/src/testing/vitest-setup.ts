import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startTestServer, type TestServer } from './test-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL at which test files request databases. */
    modelboxTestDatabases: string;
  }
}

/**
 * The global setup of the run: one Postgres for all test files, started on the first request, so that a run of pure
 * tests starts none. Test files ask over HTTP, because they run in separate processes.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const path = `/${randomBytes(16).toString('hex')}`;
  let starting: Promise<TestServer> | undefined;
  const http = createServer((request, response) => {
    starting ??= startTestServer(process.env.MODELBOX_TEST_DATABASE_URL);
    starting
      .then((server) => answer(server, path, request, response))
      .catch((error: unknown) => {
        response.writeHead(500).end(error instanceof Error ? (error.stack ?? error.message) : String(error));
      });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  project.provide('modelboxTestDatabases', `http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`);
  return async () => {
    http.closeAllConnections();
    http.close();
    await (await starting?.catch(() => undefined))?.close();
  };
}

async function answer(
  server: TestServer,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname !== path) {
    response.writeHead(404).end();
  } else if (request.method === 'DELETE') {
    await server.dropDatabase(url.searchParams.get('name') ?? '');
    response.writeHead(204).end();
  } else {
    const name = await server.createDatabase({
      empty: url.searchParams.has('empty'),
      hostile: url.searchParams.has('hostile'),
    });
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ name, url: server.url(name) }));
  }
}
