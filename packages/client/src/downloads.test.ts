import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  AbortError,
  ChecksumError,
  ClosedError,
  ConflictError,
  ConnectionError,
  type DownloadOptions,
  ModelBox,
  TimeoutError,
} from './index.ts';
import { type Act, drop, faultServer, problem } from './testing/fault-server.ts';

const content = Buffer.alloc(700_001, 'model weights ');
const sha256 = createHash('sha256').update(content).digest('hex');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelbox-downloads-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const head = { etag: `"${sha256}"`, 'content-type': 'application/x-onnx', 'content-length': content.length };
const serve: Act = (response) => void response.writeHead(200, head).end(content);
const damaged: Act = (response) =>
  void response.writeHead(200, head).end(Buffer.from(content).fill('x', 500_000, 500_001));
const half: Act = (response) => {
  response.writeHead(200, head);
  response.write(content.subarray(0, 300_000), () => response.destroy());
};
const stall: Act = (response) => {
  response.writeHead(200, head);
  response.write(content.subarray(0, 300_000));
};
const download = (baseUrl: string, options?: DownloadOptions) =>
  new ModelBox({ baseUrl, maxRetries: 1 }).versions.files.download('ai/yolo:v1', 'weights/m.bin', options);
/** The rest of the content, from where it is asked for. */
const rest: Act = (response, { headers }) => {
  const start = Number(/\d+/.exec(headers.range ?? ''));
  const range = `bytes ${start}-${content.length - 1}/${content.length}`;
  const length = content.length - start;
  response.writeHead(206, { ...head, 'content-length': length, 'content-range': range });
  response.end(content.subarray(start));
};

describe('a download', () => {
  test('that cannot be written releases its connection', async () => {
    let gone: Promise<unknown> | undefined;
    await using server = await faultServer((response, request) => {
      gone = once(response, 'close');
      void stall(response, request);
    });
    const writing = download(server.baseUrl).toFile(join(folder, 'missing', 'm.bin'));
    await expect(writing).rejects.toMatchObject({ code: 'ENOENT' });
    await gone;
  });

  test('announces its content and returns it in each form', async () => {
    await using server = await faultServer(serve);
    const first = await download(server.baseUrl);
    expect(first).toMatchObject({
      status: 200,
      sizeBytes: content.length,
      sha256,
      mediaType: 'application/x-onnx',
    });
    expect(content.equals(await first.bytes())).toBe(true);
    expect(content.equals(await download(server.baseUrl).bytes())).toBe(true);
    const stream = (await download(server.baseUrl)).stream();
    expect(content.equals(await new Response(stream).bytes())).toBe(true);
    const chunks: Uint8Array[] = [];
    for await (const chunk of await download(server.baseUrl)) chunks.push(chunk);
    expect(content.equals(Buffer.concat(chunks))).toBe(true);
    expect(server.arrived[0]?.url).toBe('/v1/versions/ai%2Fyolo%3Av1/files/weights%2Fm.bin');
  });

  test('to a file replaces it atomically and leaves nothing else', async () => {
    await using server = await faultServer(serve);
    const target = join(folder, 'm.bin');
    await writeFile(target, 'the old one');
    const steps: number[] = [];
    const onProgress = (bytes: number, total: number | undefined) => void steps.push(bytes / (total ?? 0));
    await download(server.baseUrl).toFile(target, { onProgress });
    expect(content.equals(await readFile(target))).toBe(true);
    expect(await readdir(folder)).toEqual(['m.bin']);
    expect(steps.at(-1)).toBe(1);
  });

  test.each([
    [{ offset: 0, length: 4 }, 'bytes=0-3'],
    [{ offset: 100 }, 'bytes=100-'],
    [{ last: 8 }, 'bytes=-8'],
  ])('of a part asks for that: %o', async (range, header) => {
    const part: Act = (response) => void response.writeHead(206, { etag: head.etag }).end('part');
    await using server = await faultServer(part);
    const answer = await download(server.baseUrl, { range });
    expect([answer.status, String(Buffer.from(await answer.bytes()))]).toEqual([206, 'part']);
    expect(server.arrived[0]?.headers.range).toBe(header);
  });

  test('with an invalid range is rejected', async () => {
    await using server = await faultServer(serve);
    for (const range of [{ offset: -1 }, { offset: 0, length: 0 }, { last: 0.5 }]) {
      await expect(async () => download(server.baseUrl, { range })).rejects.toThrow('whole bytes');
    }
  });

  test('can be cancelled unread', async () => {
    await using server = await faultServer(serve);
    await (await download(server.baseUrl)).cancel();
    for await (const _ of await download(server.baseUrl)) break;
  });
});

describe('a failed download', () => {
  test('is retried until its head arrives', async () => {
    await using server = await faultServer(drop, serve);
    expect((await download(server.baseUrl).bytes()).byteLength).toBe(content.length);
  });

  test('fails for a tracked file with its location', async () => {
    const uri = 's3://bucket/model.pt';
    await using server = await faultServer(problem(409, 'file_is_tracked', {}, { uri }));
    const call = download(server.baseUrl);
    await expect(call).rejects.toBeInstanceOf(ConflictError);
    await expect(call).rejects.toMatchObject({ code: 'file_is_tracked', problem: { uri } });
  });

  test('continues after a broken connection, on the condition that the file is the same', async () => {
    await using server = await faultServer(half, rest);
    expect(content.equals(await download(server.baseUrl).bytes())).toBe(true);
    expect(server.arrived).toHaveLength(2);
    expect(server.arrived[1]?.headers).toMatchObject({
      range: expect.stringMatching(/^bytes=[1-9]\d*-700000$/),
      'if-range': head.etag,
    });
  });

  test('continues within its range', async () => {
    const broken: Act = (response) => {
      const range = `bytes 100-600099/${content.length}`;
      response.writeHead(206, { ...head, 'content-length': 600_000, 'content-range': range });
      response.write(content.subarray(100, 300_000), () => response.destroy());
    };
    const end: Act = (response, { headers }) => {
      const start = Number(/\d+/.exec(headers.range ?? ''));
      const range = `bytes ${start}-600099/${content.length}`;
      response.writeHead(206, { ...head, 'content-length': 600_100 - start, 'content-range': range });
      response.end(content.subarray(start, 600_100));
    };
    await using server = await faultServer(broken, end);
    const part = download(server.baseUrl, { range: { offset: 100, length: 600_000 } });
    expect(content.subarray(100, 600_100).equals(await part.bytes())).toBe(true);
    expect(server.arrived[1]?.headers.range).toMatch(/^bytes=\d{3,}-600099$/);
  });

  test('continues from a server without ranges by skipping the received bytes', async () => {
    await using server = await faultServer(half, serve);
    let bytes = 0;
    const onProgress = (now: number) => {
      expect(now).toBeGreaterThan(bytes);
      bytes = now;
    };
    expect(content.equals(await download(server.baseUrl).bytes({ onProgress }))).toBe(true);
    expect(bytes).toBe(content.length);
  });

  test('does not continue with another file', async () => {
    const other: Act = (response) => void response.writeHead(200, { ...head, etag: '"other"' }).end(content);
    await using server = await faultServer(half, other);
    await expect(download(server.baseUrl).toFile(join(folder, 'm.bin'))).rejects.toThrow('changed');
    expect(await readdir(folder)).toEqual([]);
  });

  test('does not continue without an ETag', async () => {
    const { etag: _, ...nameless } = head;
    const broken: Act = (response) => {
      response.writeHead(200, nameless);
      response.write(content.subarray(0, 300_000), () => response.destroy());
    };
    await using server = await faultServer(broken);
    await expect(download(server.baseUrl).bytes()).rejects.toBeInstanceOf(ConnectionError);
    expect(server.arrived).toHaveLength(1);
  });

  test.each([
    ['breaks off', half, ConnectionError],
    ['arrives damaged', damaged, ChecksumError],
  ])('that %s fails in each form and leaves no file', async (_, act, expected) => {
    await using server = await faultServer(act);
    const stream = (await download(server.baseUrl)).stream();
    await expect(new Response(stream).bytes()).rejects.toBeInstanceOf(expected);
    await expect(download(server.baseUrl).bytes()).rejects.toBeInstanceOf(expected);
    await expect(download(server.baseUrl).toFile(join(folder, 'm.bin'))).rejects.toBeInstanceOf(expected);
    expect(await readdir(folder)).toEqual([]);
  });

  test('can skip the verification', async () => {
    await using server = await faultServer(damaged);
    expect((await download(server.baseUrl).bytes({ verify: false })).byteLength).toBe(content.length);
  });

  test('is a TimeoutError if nothing more arrives, but never while the reader is slow', async () => {
    await using server = await faultServer(stall, serve);
    const silent = download(server.baseUrl, { timeoutMs: 60, maxRetries: 0 });
    await expect(silent.bytes()).rejects.toBeInstanceOf(TimeoutError);
    let bytes = 0;
    for await (const chunk of await download(server.baseUrl, { timeoutMs: 60 })) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 150));
      bytes += chunk.byteLength;
    }
    expect(bytes).toBe(content.length);
  });

  test('ends with its signal, or with the client', async () => {
    await using server = await faultServer(stall);
    const client = new ModelBox({ baseUrl: server.baseUrl });
    const controller = new AbortController();
    const { signal } = controller;
    const first = await client.versions.files.download('ai/yolo:v1', 'm.bin', { signal });
    const aborted = expect(first.bytes({ onProgress: () => controller.abort() })).rejects;
    await aborted.toBeInstanceOf(AbortError);
    const second = await client.versions.files.download('ai/yolo:v1', 'm.bin');
    const closed = expect(second.toFile(join(folder, 'm.bin'))).rejects.toBeInstanceOf(ClosedError);
    await client.close();
    await closed;
    expect(await readdir(folder)).toEqual([]);
  });

  test('into a missing folder fails like the file system', async () => {
    await using server = await faultServer(serve);
    const call = download(server.baseUrl).toFile(join(folder, 'none', 'm.bin'));
    await expect(call).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
