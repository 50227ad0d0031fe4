import { createHash, randomBytes } from 'node:crypto';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describeWithS3, type TestBucket } from '@modelbox/blobs/testing';
import { createTestDatabase } from '@modelbox/db/testing';
import pg from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { cleanUp, newFolder, runServer } from './process.ts';
import { slowUpload } from './slow-upload.ts';
import { daysLater, storedParts, storeFolder } from './store-folder.ts';

/* A server that is killed while a file arrives in parts or is verified, and the rest of abandoned uploads. */

vi.setConfig({ testTimeout: 120_000 });
afterEach(async () => {
  vi.unstubAllEnvs();
  await cleanUp();
});

const MiB = 2 ** 20;
const soon = { timeout: 60_000, interval: 100 };

const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const digest = (bytes: Uint8Array): string =>
  `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

async function api(
  url: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: any }> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function begin(
  url: string,
  content: Uint8Array,
  partSizeBytes: number,
): Promise<{ upload: string; version: string }> {
  await api(url, 'POST', '/v1/models', { namespace: 'ai', name: 'yolo' });
  const version = await api(url, 'POST', '/v1/models/ai%2Fyolo/versions', { version: 'v1' });
  const upload = await api(url, 'POST', '/v1/uploads', {
    version: version.body.id,
    path: 'weights.bin',
    sizeBytes: content.length,
    partSizeBytes,
  });
  expect(upload.status).toBe(201);
  return { upload: upload.body.id, version: version.body.id };
}

async function sendPart(
  url: string,
  upload: string,
  part: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const response = await fetch(`${url}/v1/uploads/${upload}/parts/${part}`, {
    method: 'PUT',
    headers: { 'content-digest': digest(bytes) },
    body: bytes,
  });
  expect(response.status, await response.text()).toBe(200);
}

const listParts = async (url: string, upload: string): Promise<number[]> =>
  (await api(url, 'GET', `/v1/uploads/${upload}/parts`)).body.items.map(({ part }: { part: number }) => part);

const download = async (url: string, version: string): Promise<{ status: number; sha256: string }> => {
  const response = await fetch(`${url}/v1/versions/${version}/files/weights.bin`);
  return { status: response.status, sha256: hex(new Uint8Array(await response.arrayBuffer())) };
};

const isReceiving = async (url: string): Promise<boolean> =>
  /^modelbox_uploads_running 1$/m.test(await (await fetch(`${url}/metrics`)).text());

/** The store of one test. */
interface StoreCase {
  readonly settings: Record<string, string>;
  /** Bytes of the blobs, and number of incomplete parts and temporary files. */
  stored(): Promise<{ blobBytes: number; unfinished: number }>;
}

/**
 * The tests of one kind of store.
 * @param passed seconds that the lease of a killed server moves back, instead of waiting.
 */
function faults(newPlace: () => Promise<StoreCase>, passed: number): void {
  test('in the middle of a part: finished parts stay, the part is sent again, and the file is whole', async () => {
    const { settings, stored } = await newPlace();
    const server = runServer(settings);
    const url = await server.url;
    const content = randomBytes(18 * MiB);
    const parts = [0, 1, 2].map((part) => content.subarray(part * 8 * MiB, (part + 1) * 8 * MiB));
    const [first, second, third] = parts as [Buffer<ArrayBuffer>, Buffer<ArrayBuffer>, Buffer<ArrayBuffer>];
    const { upload, version } = await begin(url, content, 8 * MiB);
    await sendPart(url, upload, 2, second);
    const slow = slowUpload(`${url}/v1/uploads/${upload}/parts/1`, first.length, {
      'content-digest': digest(first),
    });
    await slow.send(first.subarray(0, 6 * MiB));
    await expect.poll(() => isReceiving(url), soon).toBe(true);
    server.child.kill('SIGKILL');
    await server.ended;
    expect(await slow.end()).toBeUndefined();

    const next = await runServer(settings).url;
    expect(await listParts(next, upload)).toEqual([2]);
    expect((await api(next, 'POST', `/v1/uploads/${upload}/complete`)).body.code).toBe('parts_missing');
    expect((await download(next, version)).status).toBe(404);
    await sendPart(next, upload, 1, first);
    await sendPart(next, upload, 3, third);
    expect((await api(next, 'POST', `/v1/uploads/${upload}/complete`)).status).toBe(200);
    await expect
      .poll(async () => (await api(next, 'GET', `/v1/uploads/${upload}`)).body.state, soon)
      .toBe('complete');
    expect((await api(next, 'POST', `/v1/versions/${version}/finalize`)).status).toBe(200);
    const whole = { blobBytes: content.length, unfinished: 0 };
    await daysLater(2, settings, () => expect.poll(stored, soon).toEqual(whole));
    expect(await download(next, version)).toEqual({ status: 200, sha256: hex(content) });
  });

  test('during verification: the file is not served before a new start has verified it', async () => {
    const { settings, stored } = await newPlace();
    const server = runServer(settings);
    const url = await server.url;
    const content = randomBytes(18 * MiB);
    const { upload, version } = await begin(url, content, 6 * MiB);
    for (const part of [1, 2, 3])
      await sendPart(url, upload, part, content.subarray((part - 1) * 6 * MiB, part * 6 * MiB));
    const database = new pg.Client({ connectionString: settings['DATABASE_URL'] });
    await database.connect();
    // The lock on blobs keeps the server from recording the verified content before the kill.
    await database.query('BEGIN; LOCK TABLE blobs IN SHARE MODE');
    expect((await api(url, 'POST', `/v1/uploads/${upload}/complete`)).status).toBe(200);
    const look = async () =>
      (await database.query('SELECT state, claimed_at IS NOT NULL AS claimed FROM uploads')).rows;
    await expect.poll(look, soon).toEqual([{ state: 'verifying', claimed: true }]);
    server.child.kill('SIGKILL');
    await server.ended;
    await database.query('ROLLBACK');
    expect(await look()).toEqual([{ state: 'verifying', claimed: true }]);

    const next = await runServer(settings).url;
    const finalized = await api(next, 'POST', `/v1/versions/${version}/finalize`);
    expect(finalized).toMatchObject({ status: 409, body: { code: 'files_pending' } });
    const early = await api(next, 'GET', `/v1/versions/${version}/files/weights.bin`);
    expect(early).toMatchObject({ status: 409, body: { code: 'file_not_verified' } });
    await database.query('UPDATE uploads SET claimed_at = claimed_at - make_interval(secs => $1)', [passed]);
    await database.end();
    await expect
      .poll(async () => (await api(next, 'GET', `/v1/uploads/${upload}`)).body.state, soon)
      .toBe('complete');
    expect((await api(next, 'POST', `/v1/versions/${version}/finalize`)).status).toBe(200);
    expect(await download(next, version)).toEqual({ status: 200, sha256: hex(content) });
    expect(await stored()).toEqual({ blobBytes: content.length, unfinished: 0 });
  });

  test('an abandoned upload expires, and nothing is left of it', async () => {
    const { settings, stored } = await newPlace();
    const server = runServer(settings);
    const url = await server.url;
    const content = randomBytes(11 * MiB);
    const { upload, version } = await begin(url, content, 6 * MiB);
    await sendPart(url, upload, 1, content.subarray(0, 6 * MiB));
    expect(await stored()).toEqual({ blobBytes: 0, unfinished: 1 });
    server.child.kill('SIGKILL');
    await server.ended;
    await daysLater(8, settings, () => expect.poll(stored, soon).toEqual({ blobBytes: 0, unfinished: 0 }));
    const next = await runServer(settings).url;
    expect((await api(next, 'GET', `/v1/uploads/${upload}`)).body.state).toBe('expired');
    expect((await api(next, 'POST', `/v1/uploads/${upload}/complete`)).body.code).toBe('upload_closed');
    expect((await download(next, version)).status).toBe(404);
  });
}

const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);

describe('on disk', () => {
  faults(async () => {
    const folder = newFolder();
    return {
      settings: { DATABASE_URL: (await createTestDatabase()).url, MODELBOX_DATA_DIR: folder },
      stored: async () => {
        const { objects, temporary } = storeFolder(folder);
        return { blobBytes: sum(objects), unfinished: storedParts(folder).length + temporary.length };
      },
    };
  }, 0);
});

await describeWithS3('on S3', (bucket) => {
  let count = 0;
  faults(async () => {
    const { bucket: name, endpoint = '', credentials } = bucket.options();
    // A store belongs to one database.
    const prefix = `faults-${++count}`;
    const secrets = {
      AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
    };
    // For a server in this process.
    for (const [variable, value] of Object.entries(secrets)) vi.stubEnv(variable, value);
    return {
      settings: {
        DATABASE_URL: (await createTestDatabase()).url,
        MODELBOX_DATA_DIR: newFolder(),
        MODELBOX_BLOBS: `s3://${name}/${prefix}`,
        MODELBOX_S3_ENDPOINT: endpoint,
        ...secrets,
      },
      stored: () => storedIn(bucket, `${prefix}/`),
    };
  }, 15);
});

/** Objects in the bucket below a prefix, without the mark of the store. */
async function storedIn(bucket: TestBucket, Prefix: string): ReturnType<StoreCase['stored']> {
  const Bucket = bucket.options().bucket;
  const { Contents = [] } = await bucket.client().send(new ListObjectsV2Command({ Bucket, Prefix }));
  const { Uploads = [] } = await bucket.client().send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
  const blobs = Contents.filter(({ Key = '' }) => !Key.includes('modelbox-owner'));
  return { blobBytes: sum(blobs.map(({ Size = 0 }) => Size)), unfinished: Uploads.length };
}
