import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AbortError, ChecksumError, ConnectionError, ModelBox, type UploadSource } from './index.ts';
import { type Act, drop, faultServer, json, silence } from './testing/fault-server.ts';

const content = Buffer.alloc(700_001, 'model weights ');
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelbox-uploads-'));
  path = join(folder, 'model.bin');
  await writeFile(path, content);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const store: Act = (response, { body }) =>
  json({ path: 'm.bin', sha256: hashOf(body) }, 201)(response, {} as never);
const upload = (baseUrl: string, source: UploadSource, options = {}) =>
  new ModelBox({ baseUrl }).versions.files.upload('ai/yolo:v1', 'weights/m.bin', source, options);
async function* pieces() {
  for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000);
}

describe('a source', () => {
  const sized: [string, () => UploadSource][] = [
    ['a path', () => path],
    ['a file URL', () => pathToFileURL(path)],
    ['a buffer', () => content],
    ['an ArrayBuffer', () => new Uint8Array(content).buffer],
    ['a Blob', () => new Blob([content])],
  ];
  const streams: [string, () => UploadSource][] = [
    ['a Node stream', () => createReadStream(path)],
    ['a web stream', () => new Blob([content]).stream()],
    ['an async iterable', () => pieces()],
  ];

  test.each(sized)('%s is sent with its length and hashed in passing', async (_, source) => {
    await using server = await faultServer(store);
    const steps: number[] = [];
    const file = await upload(server.baseUrl, source(), {
      role: 'model',
      onProgress: (bytes: number, total: number) => void steps.push(bytes / total),
    });
    expect(file.sha256).toBe(hashOf(content));
    expect(server.arrived[0]).toMatchObject({
      method: 'PUT',
      url: '/v1/versions/ai%2Fyolo%3Av1/files/weights%2Fm.bin?role=model',
      body: content,
    });
    expect(server.arrived[0]?.headers).toMatchObject({
      'content-length': String(content.length),
      'content-type': 'application/octet-stream',
    });
    expect(server.arrived[0]?.headers).not.toHaveProperty('idempotency-key');
    expect(steps.at(-1)).toBe(1);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect(steps.length).toBeGreaterThan(1);
  });

  test.each(streams)('%s is sent in chunks, or with the length that the caller knows', async (_, source) => {
    await using server = await faultServer(store);
    expect((await upload(server.baseUrl, source())).sha256).toBe(hashOf(content));
    await upload(server.baseUrl, source(), { sizeBytes: content.length });
    expect(server.arrived.map(({ body }) => body.equals(content))).toEqual([true, true]);
    expect(server.arrived[0]?.headers['transfer-encoding']).toBe('chunked');
    expect(server.arrived[1]?.headers['content-length']).toBe(String(content.length));
  });

  test('is read at the speed of the server', async () => {
    let received = 0;
    const slow = createServer(async (request, response) => {
      for await (const chunk of request) received += chunk.length;
      response.end(JSON.stringify({ sha256: null }));
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    let ahead = 0;
    const onProgress = (bytes: number) => {
      ahead = Math.max(ahead, bytes - received);
    };
    const { port } = slow.address() as AddressInfo;
    await upload(`http://127.0.0.1:${port}`, Buffer.alloc(100_000_000), {
      onProgress,
      partsFrom: Infinity,
    });
    slow.closeAllConnections();
    slow.close();
    expect(received).toBe(100_000_000);
    expect(ahead).toBeLessThan(50_000_000);
  });

  test('may be empty, and hold text', async () => {
    await using server = await faultServer(store);
    expect((await upload(server.baseUrl, new Uint8Array())).sha256).toBe(hashOf(Buffer.alloc(0)));
    const words = (async function* () {
      yield '';
      yield 'grün';
    })();
    expect((await upload(server.baseUrl, words)).sha256).toBe(hashOf(Buffer.from('grün')));
  });

  test('fails with the error of its source, without a retry', async () => {
    await using server = await faultServer(store);
    await expect(upload(server.baseUrl, join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    const broken = async function* () {
      yield content;
      throw new RangeError('the disk is gone');
    };
    await expect(upload(server.baseUrl, broken())).rejects.toThrow(new RangeError('the disk is gone'));
    await expect(upload(server.baseUrl, 7 as never)).rejects.toThrow('can be uploaded');
    expect(server.arrived.length).toBeLessThanOrEqual(1);
  });

  test.each([-1, 1])('fails if its length is not the announced one (%i)', async (by) => {
    await using server = await faultServer(store);
    const call = upload(server.baseUrl, pieces(), { sizeBytes: content.length + by });
    await expect(call).rejects.toThrow(`not the ${content.length + by} bytes`);
  });
});

describe('a failed upload', () => {
  test.each([
    ['a path', () => path],
    ['a buffer', () => content],
    ['a Blob', () => new Blob([content])],
  ])('of %s is read and sent again', async (_, source) => {
    await using server = await faultServer(drop, drop, store);
    expect((await upload(server.baseUrl, source())).sha256).toBe(hashOf(content));
    expect(server.arrived).toHaveLength(3);
  });

  test('is not retried for a stream, which can be read only once', async () => {
    await using server = await faultServer(drop, store);
    await expect(upload(server.baseUrl, pieces())).rejects.toBeInstanceOf(ConnectionError);
    expect(server.arrived).toHaveLength(1);
  });

  test('is a ChecksumError if the server stored other content', async () => {
    const wrong = hashOf(Buffer.from('damaged'));
    await using server = await faultServer(json({ path: 'm.bin', sha256: wrong }, 201));
    const call = upload(server.baseUrl, content);
    await expect(call).rejects.toBeInstanceOf(ChecksumError);
    await expect(call).rejects.toMatchObject({ expected: hashOf(content), actual: wrong });
  });

  test('sends the hash that the caller knows', async () => {
    await using server = await faultServer(store);
    await upload(server.baseUrl, content, { sha256: hashOf(content) });
    const digest = createHash('sha256').update(content).digest('base64');
    expect(server.arrived[0]?.headers['content-digest']).toBe(`sha-256=:${digest}:`);
    await expect(upload(server.baseUrl, content, { sha256: 'abc' })).rejects.toThrow(
      '64 lower-case hex digits',
    );
  });

  test('ends with its signal, and releases its source', async () => {
    await using server = await faultServer(silence);
    const controller = new AbortController();
    let released = false;
    const endless = async function* () {
      try {
        for (;;) yield content;
      } finally {
        released = true;
      }
    };
    const onProgress = (bytes: number) => bytes > 5_000_000 && controller.abort();
    const call = upload(server.baseUrl, endless(), { onProgress, signal: controller.signal });
    await expect(call).rejects.toBeInstanceOf(AbortError);
    await expect.poll(() => released).toBe(true);
  });
});
