import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BlobStore, BlobTooLarge, openDiskStore } from './index.ts';

const MiB = 1024 * 1024;

describe('a request body as the source', () => {
  let root: string;
  let store: BlobStore;
  let server: Server;
  let outcome: Promise<unknown>;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'modelbox-blobs-'));
    store = await openDiskStore({ root });
    const settled = Promise.withResolvers<unknown>();
    outcome = settled.promise;
    server = createServer((incoming, answer) => {
      const writing = store.write(incoming, { limitBytes: 4 * MiB });
      writing.then(
        ({ sizeBytes }) => answer.end(`${sizeBytes}`),
        (error: unknown) => {
          settled.resolve(error);
          answer.writeHead(413).end();
        },
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(root, { recursive: true });
  });

  const put = () => {
    const { port } = server.address() as AddressInfo;
    return request({ method: 'PUT', port, host: '127.0.0.1' });
  };
  const expectNothingLeft = async () => {
    expect(await Array.fromAsync(store.list())).toEqual([]);
    expect(await store.sweepTemporary(new Date('2999-01-01'))).toBe(0);
  };

  it('is stored', async () => {
    const sending = put();
    sending.end(Buffer.alloc(3 * MiB));
    const [answer] = await once(sending, 'response');
    expect(await text(answer)).toBe(`${3 * MiB}`);
  });

  it('can still be answered after the server refused it midway', async () => {
    const sending = put();
    sending.write(Buffer.alloc(5 * MiB));
    const [answer] = await once(sending, 'response');
    expect(answer.statusCode).toBe(413);
    expect(await outcome).toBeInstanceOf(BlobTooLarge);
    sending.destroy();
    await expectNothingLeft();
  });

  it('leaves nothing if the client disconnects midway', async () => {
    const sending = put();
    sending.on('error', () => {});
    sending.setHeader('content-length', 3 * MiB);
    sending.write(Buffer.alloc(2 * MiB), () => sending.destroy());
    expect(await outcome).toMatchObject({ code: 'ECONNRESET' });
    await expectNothingLeft();
  });
});
