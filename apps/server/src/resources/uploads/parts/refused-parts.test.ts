import { randomBytes } from 'node:crypto';
import { openS3Store } from '@modelbox/blobs';
import { describeWithS3, type FaultProxy, startFaultProxy } from '@modelbox/blobs/testing';
import type { Upload } from '@modelbox/schema';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newExperiment } from '../../../../testing/objects.ts';
import { connectRaw, type RawConnection } from '../../../../testing/raw.ts';
import { startTestServer, type TestServer } from '../../../../testing/test-server.ts';
import { begin, digest, MiB } from '../../../../testing/uploads.ts';

/** More bytes than a connection buffers. */
const PART = 12 * MiB;

await describeWithS3('S3 that refuses content before it has come', (bucket) => {
  let server: TestServer;
  let proxy: FaultProxy;
  let run: { id: string };
  let upload: Upload;
  const content = randomBytes(PART);
  beforeAll(async () => {
    const { endpoint = '', ...options } = bucket.options();
    proxy = await startFaultProxy({ endpoint, credentials: options.credentials });
    server = await startTestServer({}, await openS3Store({ ...options, endpoint: proxy.endpoint }));
    run = await newExperiment(server);
    const fields = { sizeBytes: 2 * PART, partSizeBytes: PART };
    upload = (await begin(server, 'experiment', run, fields)).body;
  });
  afterEach(() => proxy.clear());
  afterAll(async () => {
    await server?.stop();
    await proxy?.close();
  });

  /** Sends the whole request before it reads anything. */
  async function sendFirst(connection: RawConnection, path: string): Promise<string | undefined> {
    const seen = connection.text().length;
    connection.socket.pause();
    const head = `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${PART}\r\n`;
    connection.send(`${head}Content-Digest: ${digest(content)}\r\n\r\n`);
    await new Promise((resolve) => connection.socket.write(content, resolve));
    connection.socket.resume();
    const ended = connection.closed().then(() => undefined);
    const answered = connection.until(new RegExp(`^[^]{${seen}}HTTP/1.1 (\\d+) [^]*\\r\\n\\r\\n[^]*\\}$`));
    return (await Promise.race([answered, ended]))?.[1];
  }
  const partPath = () => `/v1/uploads/${upload.id}/parts/1`;
  const filePath = () => `/v1/experiments/${run.id}/files/plain`;

  it.each([
    { what: 'a part', path: partPath, afterBytes: 0, connection: 'open', rounds: 6 },
    { what: 'a part', path: partPath, afterBytes: MiB, connection: 'reset', rounds: 6 },
    { what: 'a file', path: filePath, afterBytes: MiB, connection: 'open', rounds: 2 },
  ] as const)(
    'returns 503 for $what after $afterBytes bytes ($connection), also to clients that send before they read',
    async ({ path, afterBytes, connection, rounds }) => {
      // The client does not retry a part by itself after this error.
      const fault = { kind: 'refuse', status: 403, code: 'AccessDenied', afterBytes, connection } as const;
      const rule = proxy.inject(fault, { operation: 'UploadPart' });
      const clients = await Promise.all(Array.from({ length: 5 }, () => connectRaw(server.url)));
      const statuses: (string | undefined)[] = [];
      for (let round = 0; round < rounds; round += 1)
        statuses.push(...(await Promise.all(clients.map((client) => sendFirst(client, path())))));
      expect(statuses).toEqual(statuses.map(() => '503'));
      expect(rule.injected.length).toBeGreaterThanOrEqual(statuses.length);
      rule.remove();
      // The next requests use the same connections.
      const after = await Promise.all(clients.map((client) => sendFirst(client, path())));
      for (const status of after) expect(['200', '201']).toContain(status);
      for (const { socket } of clients) socket.destroy();
    },
    60_000,
  );
});
