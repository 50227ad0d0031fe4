import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { openS3Store } from '@modelbox/blobs';
import { describeWithS3 } from '@modelbox/blobs/testing';
import { AbortError, ChecksumError, ModelBox } from '@modelbox/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import type { Loop } from '../runtime/loop.ts';
import { startUploadVerify } from '../workers/store/upload-verify.ts';

/** The Silero voice activity detector, from its npm package for the web. */
const SILERO = join(import.meta.dirname, '../../../../node_modules/@ricky0123/vad-web/dist');

const MIB = 2 ** 20;
const PART = 5 * MIB;
const content = randomBytes(2 * PART + 7);
const sha256 = createHash('sha256').update(content).digest('hex');
const inParts = { partsFrom: PART, partSize: PART };

const flip = () => {
  let isFirst = true;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const copy = Uint8Array.from(chunk);
      if (isFirst) copy[0] = (copy[0] ?? 0) ^ 1;
      isFirst = false;
      controller.enqueue(copy);
    },
  });
};

const breakOff = () => {
  let isFirst = true;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (isFirst) controller.enqueue(chunk);
      else controller.error(new TypeError('terminated'));
      isFirst = false;
    },
  });
};

const again = (response: Response, through: TransformStream<Uint8Array, Uint8Array>): Response =>
  new Response(response.body?.pipeThrough(through) ?? null, response);

await describeWithS3('files on S3, straight to the bucket', (bucket) => {
  let server: TestServer;
  let workers: Loop[];
  let client: ModelBox;
  let model: string;
  /** The requests of the client by destination, for example `server PUT`, with headers. */
  let sent: { to: 'server' | 'bucket'; method: string; headers: Headers }[] = [];
  /** Changes or answers a request to the bucket, by its number from 1. */
  let harm: (init: RequestInit, nth: number) => RequestInit | Response = (init) => init;

  /** Flips bits in answers of the bucket, or breaks off that many answers. */
  let damaged = false;
  let broken = 0;

  const counting: typeof fetch = (input, init) => {
    const url = input instanceof Request ? input.url : `${input}`;
    const to = url.startsWith(server.url) ? 'server' : 'bucket';
    sent.push({ to, method: init?.method ?? 'GET', headers: new Headers(init?.headers) });
    if (to === 'server') return fetch(input, init);
    const what = harm(init ?? {}, sent.filter((each) => each.to === 'bucket').length);
    if (what instanceof Response) return Promise.resolve(what);
    const answer = fetch(input, what);
    if (damaged) return answer.then((response) => again(response, flip()));
    return broken-- > 0 ? answer.then((response) => again(response, breakOff())) : answer;
  };
  beforeAll(async () => {
    server = await startTestServer({}, await openS3Store(bucket.options()));
    workers = startUploadVerify(server.ctx);
    const headers = { 'x-private': 'secret' };
    client = new ModelBox({ baseUrl: server.url, fetch: counting, token: 'secret', headers });
  });
  afterAll(async () => {
    await client?.close();
    await Promise.all(workers?.map((worker) => worker.stop()) ?? []);
    await server?.stop();
  });
  beforeEach(async () => {
    model = (await client.models.create({ namespace: 'ai', name: `m-${randomBytes(6).toString('hex')}` })).id;
    sent = [];
    harm = (init) => init;
    damaged = false;
    broken = 0;
  });
  const upload = (options: object = {}) =>
    client.models.files.upload(model, 'a.bin', content, { ...inParts, ...options });
  const puts = () => sent.filter(({ method }) => method === 'PUT').map(({ to }) => to);
  const expectStored = async () =>
    expect(content.equals(await client.models.files.download(model, 'a.bin').bytes())).toBe(true);

  test('parts go to the bucket, without the headers for the server', async () => {
    expect(await upload()).toMatchObject({ state: 'verified', sha256 });
    expect(puts()).toEqual(['bucket', 'bucket', 'bucket']);
    for (const { to, headers } of sent) {
      expect(headers.get('authorization')).toBe(to === 'server' ? 'Bearer secret' : null);
      expect(headers.get('x-private')).toBe(to === 'server' ? 'secret' : null);
    }
    await expectStored();
  });

  test('a real model is pushed and pulled, byte for byte', async () => {
    const names = ['silero_vad_legacy.onnx', 'silero_vad_v5.onnx'];
    const from = await mkdtemp(join(tmpdir(), 'modelbox-test-'));
    const to = await mkdtemp(join(tmpdir(), 'modelbox-test-'));
    try {
      for (const name of names) await copyFile(join(SILERO, name), join(from, name));
      const version = await client.push(model, { version: 'v5', framework: 'onnx' }, from);
      expect(version.status).toBe('ready');
      await client.pull(version.id, to);
      expect((await readdir(to)).sort()).toEqual(names);
      for (const name of names) {
        expect((await readFile(join(to, name))).equals(await readFile(join(SILERO, name)))).toBe(true);
      }
    } finally {
      for (const folder of [from, to]) await rm(folder, { recursive: true, force: true });
    }
  });

  test('parts that have arrived are not sent again', async () => {
    const controller = new AbortController();
    const onProgress = (bytes: number) => bytes > PART && controller.abort();
    const call = upload({ parallel: 1, signal: controller.signal, onProgress });
    await expect(call).rejects.toBeInstanceOf(AbortError);
    sent = [];
    await upload();
    expect(puts()).toEqual(['bucket', 'bucket']);
    await expectStored();
  });

  test('a refused part is signed again, and a damaged part is sent again', async () => {
    harm = (init, nth) => {
      // An expired signature; a temporary failure of the store; a flipped byte.
      if (nth === 2) return new Response('<Error><Code>AccessDenied</Code></Error>', { status: 403 });
      if (nth === 3) return new Response('<Error><Code>InternalError</Code></Error>', { status: 500 });
      return nth === 4 ? { ...init, body: (init.body as ReadableStream).pipeThrough(flip()) } : init;
    };
    await upload({ parallel: 1, maxRetries: 3 });
    expect(puts()).toEqual(Array.from({ length: 6 }, () => 'bucket'));
    await expectStored();
  });

  test('repeated damage is a ChecksumError whose message contains no signature', async () => {
    harm = (init, nth) =>
      nth > 1 ? { ...init, body: (init.body as ReadableStream).pipeThrough(flip()) } : init;
    const error = await upload({ parallel: 1, maxRetries: 1 }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ChecksumError);
    expect(inspect(error)).toContain('was answered with 400');
    expect(inspect(error)).not.toContain('Signature=');
  });

  test('parts go to the server if the caller wants that, or if the bucket cannot be reached', async () => {
    await upload({ direct: false });
    expect(puts()).toEqual(['server', 'server', 'server']);
    sent = [];
    harm = () => {
      throw new TypeError('fetch failed', { cause: new Error('no route') });
    };
    await client.models.files.upload(model, 'b.bin', content, inParts);
    expect(puts().filter((to) => to === 'server')).toHaveLength(3);
    await expectStored();
  });

  describe('pull', () => {
    let folder: string;
    let version: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'modelbox-s3-'));
      version = (await client.push(model, { version: 'v1' }, [{ path: 'a.bin', source: content }])).id;
      sent = [];
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));
    const pull = (options: object) => client.pull(version, folder, options);
    const fetched = () => sent.filter(({ to }) => to === 'bucket').map(({ headers }) => [...headers.keys()]);
    const expectWhole = async () => expect(content.equals(await readFile(join(folder, 'a.bin')))).toBe(true);

    test.each([
      ['one go', {}, 1],
      ['parts', inParts, 3],
    ])('reads from the bucket with a Range header only, in %s', async (_, how, requests) => {
      await pull({ ...how, direct: true });
      await expectWhole();
      const own = ['accept', 'accept-encoding', 'range'];
      expect(fetched()).toEqual(Array.from({ length: requests }, () => own));
      await rm(join(folder, 'a.bin'));
      sent = [];
      await pull(how);
      await expectWhole();
      expect(fetched()).toEqual([]);
    });

    test('resumes if the bucket breaks off or answers 503', async () => {
      harm = (init, nth) =>
        nth === 2 ? new Response('<Error><Code>SlowDown</Code></Error>', { status: 503 }) : init;
      broken = 1;
      await pull({ direct: true });
      await expectWhole();
      const ranges = sent.flatMap(({ to, headers }) => (to === 'bucket' ? [headers.get('range')] : []));
      expect(ranges).toHaveLength(3);
      expect(ranges.at(-1)).toMatch(/^bytes=[1-9]/);
    });

    test('verifies the content with the hash of the server', async () => {
      damaged = true;
      const call = pull({ direct: true });
      await expect(call).rejects.toBeInstanceOf(ChecksumError);
      await expect(call).rejects.toMatchObject({ expected: sha256 });
      expect(await readdir(folder)).toEqual([]);
    });
  });
});
