import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectRaw } from '../../../testing/raw.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { whileFlowing } from './flow.ts';

let server: TestServer;
let model: string;
let files: string;
let frozen: string;

beforeAll(async () => {
  server = await startTestServer({
    bodyTimeout: 150,
    answerStallTimeout: 300,
    bodyLimit: 100_000,
    maxFileSize: 1_000_000,
  });
  model = (await server.api('POST', '/v1/models', { namespace: 'ai', name: 'flow' })).body.id;
  files = `/v1/models/${model}/files`;
  const version = await server.api('POST', `/v1/models/${model}/versions`, {
    version: 'v1',
    files: [],
  });
  frozen = `/v1/versions/${version.body.id}/files`;
});
afterAll(() => server?.stop());

const head = (path: string, ...headers: string[]) =>
  `PUT ${path} HTTP/1.1\r\nHost: localhost\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;

const blobs = async () => (await Array.fromAsync(server.ctx.blobs.list())).length;

describe('an upload', () => {
  it('400: an upload that stalls leaves nothing', async () => {
    const before = await blobs();
    const connection = await connectRaw(server.url);
    connection.send(head(`${files}/stalled`, 'Content-Length: 1000'));
    connection.send('some bytes');
    const answer = await connection.until(/\r\n\r\n\{.*\}/s);
    expect(answer.input).toMatch(/^HTTP\/1.1 400 /);
    expect(answer.input).toContain('No bytes of the body arrived for 150 ms.');
    connection.socket.destroy();
    expect(await blobs()).toBe(before);
    expect((await server.api('GET', `${files}/stalled`)).status).toBe(404);
  });

  it('201: a slow upload may take any time', async () => {
    const connection = await connectRaw(server.url);
    connection.send(head(`${files}/slow`, 'Content-Length: 20', 'Connection: close'));
    for (let sent = 0; sent < 20; sent++) {
      connection.send('x');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await connection.closed()).toMatch(/^HTTP\/1.1 201 /);
    expect((await server.api('GET', `${files}/slow`)).body).toBe('x'.repeat(20));
  });

  it('201: an unknown expectation is ignored', async () => {
    const connection = await connectRaw(server.url);
    connection.send(head(`${files}/expected`, 'Content-Length: 1', 'Expect: the-best', 'Connection: close'));
    connection.send('x');
    expect(await connection.closed()).toMatch(/^HTTP\/1.1 201 /);
  });

  it('leaves nothing if its client goes away in the middle', async () => {
    const before = await blobs();
    const connection = await connectRaw(server.url);
    connection.send(head(`${files}/gone`, 'Content-Length: 1000'));
    connection.send('some bytes');
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.socket.destroy();
    // The metric shows that the server has dealt with the broken upload.
    await expect
      .poll(() => server.ctx.telemetry.registry.getSingleMetricAsString('modelbox_uploads_running'), {
        timeout: 10_000,
      })
      .toMatch(/ 0$/);
    expect(await blobs()).toBe(before);
    expect((await server.api('GET', `${files}/gone`)).status).toBe(404);
  });

  it('413: a file that is too large is answered during the upload, and the connection stays usable', async () => {
    const connection = await connectRaw(server.url);
    connection.send(head(`${files}/large`, 'Content-Length: 3000000'));
    connection.send(Buffer.alloc(3_000_000));
    expect((await connection.until(/\r\n\r\n\{.*\}/s)).input).toMatch(/^HTTP\/1.1 413 /);
    connection.send('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await connection.until(/"status":"ok"/);
    connection.socket.destroy();
  });

  it('409: a refusal by headers is answered before the body, and the server drains the body', async () => {
    const connection = await connectRaw(server.url);
    connection.send(head(`${frozen}/x`, 'Content-Length: 500000'));
    expect((await connection.until(/\r\n\r\n\{.*\}/s)).input).toMatch(/^HTTP\/1.1 409 /);
    connection.send(Buffer.alloc(500_000));
    connection.send('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await connection.until(/"status":"ok"/);
    connection.socket.destroy();
  });

  it('409: a client that keeps sending after the answer is cut off', async () => {
    const connection = await connectRaw(server.url);
    connection.send(head(`${frozen}/x`, 'Content-Length: 900000000'));
    await connection.until(/HTTP\/1.1 409 /);
    const sending = setInterval(() => connection.send('x'), 20);
    await connection.closed();
    clearInterval(sending);
  });

  it('409: a client that waits for 100 Continue is refused without the body', async () => {
    const connection = await connectRaw(server.url);
    connection.send(head(`${frozen}/x`, 'Content-Length: 500000', 'Expect: 100-continue'));
    const all = await connection.closed();
    expect(all).toMatch(/^HTTP\/1.1 409 /);
    expect(all).toMatch(/\r\nconnection: close\r\n/i);
  });

  it('201: a client that waits for 100 Continue gets it', async () => {
    const connection = await connectRaw(server.url);
    connection.send(head(`${files}/asked`, 'Content-Length: 5', 'Expect: 100-continue'));
    await connection.until(/^HTTP\/1.1 100 Continue\r\n\r\n/);
    connection.send('12345');
    await connection.until(/HTTP\/1.1 201 /);
    connection.socket.destroy();
  });

  it('is stored with any content type, also JSON or a form', async () => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'x/y; z']) {
      const answer = await server.api('PUT', `${files}/${type}`, '{not json', { 'content-type': type });
      expect(answer.status).toBe(201);
      expect(await fetch(`${server.url}${files}/${type}`).then((found) => found.text())).toBe('{not json');
    }
  });

  it('keeps an empty body as an empty file', async () => {
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${server.url}${files}/empty`, {
        method: 'PUT',
        headers: { 'content-length': 0 },
      });
      request.on('response', (response) => resolve(response.statusCode)).on('error', reject);
      request.end();
    });
    expect(status).toBe(201);
    expect((await server.api('HEAD', `${files}/empty`)).headers.get('content-length')).toBe('0');
  });
});

describe('a body', () => {
  /** Runs `whileFlowing` on a request for which 100 timeouts pass before the store reads. */
  async function slowStore(headers: Record<string, string | number>): Promise<string> {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const receiver = createServer((request, response) => {
      void whileFlowing(request, 150, async (stalled) => {
        // The parser ends a message after it has emitted its headers.
        await new Promise(setImmediate);
        vi.advanceTimersByTime(15_000);
        return stalled.aborted ? 'given up' : 'read';
      }).then((outcome) => response.end(outcome));
    });
    try {
      await once(receiver.listen(0, '127.0.0.1'), 'listening');
      const { port } = receiver.address() as AddressInfo;
      const request = httpRequest({ port, method: 'PUT', headers });
      request.flushHeaders();
      const [response] = await once(request, 'response');
      request.destroy();
      return await text(response);
    } finally {
      vi.useRealTimers();
      receiver.closeAllConnections();
      receiver.close();
    }
  }

  it('that is complete never counts as stalled, however long the store takes to read it', async () => {
    expect(await slowStore({ 'content-length': 0 })).toBe('read');
  });

  it('without new bytes counts as stalled', async () => {
    expect(await slowStore({ 'content-length': 10 })).toBe('given up');
  });
});

describe('a download', () => {
  /** The archive of a version: more than the buffers of a connection can contain. */
  async function large(): Promise<{ path: string; sizeBytes: number }> {
    const { body } = await server.api('POST', `/v1/models/${model}/versions`, {
      version: `v${Math.random()}`,
    });
    const path = `/v1/versions/${body.id}`;
    const { sha256 } = (await server.api('PUT', `${files}/block`, Buffer.alloc(1_000_000, 7))).body;
    const paths = Array.from({ length: 40 }, (_, index) => ({ path: `${index}`, sha256 }));
    await server.api('POST', `${path}/files/attach`, { files: paths });
    await server.api('POST', `${path}/finalize`);
    const { headers } = await fetch(`${server.url}${path}/archive`, { method: 'HEAD' });
    return { path: `${path}/archive`, sizeBytes: Number(headers.get('content-length')) };
  }

  it('is closed if its reader stalls', async () => {
    const { path, sizeBytes } = await large();
    const accepted = once(server.app.server, 'connection');
    const connection = await connectRaw(server.url);
    const [theirs] = (await accepted) as [Socket];
    connection.socket.pause();
    connection.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await expect.poll(() => theirs.destroyed, { timeout: 10_000 }).toBe(true);
    connection.socket.resume();
    expect((await connection.closed()).length).toBeLessThan(sizeBytes);
  });

  it('with a slow reader may take any time', async () => {
    const { path, sizeBytes } = await large();
    const { body } = await fetch(`${server.url}${path}`);
    let length = 0;
    let pauses = 0;
    for await (const chunk of body!) {
      length += chunk.length;
      if (length > (pauses + 1) * 3_000_000) {
        pauses++;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    expect(length).toBe(sizeBytes);
  });
});
