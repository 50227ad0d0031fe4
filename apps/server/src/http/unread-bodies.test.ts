import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectRaw } from '../../testing/raw.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf } from '../../testing/tokens.ts';

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server?.stop());

async function statusOf(path: string, authorization: string): Promise<string | undefined> {
  const connection = await connectRaw(server.url);
  connection.send(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${authorization}Content-Type: application/json\r\n` +
      'Content-Length: 1000000\r\n\r\n{"name":',
  );
  const [, status] = await connection.until(/^HTTP\/1.1 (\d+) /);
  connection.socket.destroy();
  return status;
}

it('401: an unauthenticated caller cannot make the server buffer a body', async () => {
  for (const authorization of ['', 'Authorization: Bearer mb_guess\r\n'])
    expect(await statusOf('/v1/models', authorization)).toBe('401');
});

it('404: nor can a caller without rights on the object of the path', async () => {
  const { id } = await callers.ok('POST', '/v1/models', { namespace: 'ai', name: 'yolo' });
  const { secret } = await callers.user({ elsewhere: 'admin' });
  expect(await statusOf(`/v1/models/${id}/versions`, `Authorization: Bearer ${secret}\r\n`)).toBe('404');
});
