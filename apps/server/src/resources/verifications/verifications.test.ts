import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { openS3Store } from '@modelbox/blobs';
import { copiesInS3, copiesOnDisk, describeWithS3, type StoredCopies } from '@modelbox/blobs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newModel } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { callersOf } from '../../../testing/tokens.ts';
import { sha256 } from '../../../testing/uploads.ts';
import type { VerificationRecord } from './records.ts';

interface Started {
  readonly server: TestServer;
  readonly copies: StoredCopies;
}

describe('GET /v1/verification, on disk', () =>
  suite(async () => {
    const server = await startTestServer();
    return { server, copies: copiesOnDisk(server.blobsDir) };
  }));

await describeWithS3('GET /v1/verification, on S3', (bucket) =>
  suite(async () => {
    const options = bucket.options();
    const server = await startTestServer({}, await openS3Store(options));
    return { server, copies: copiesInS3(bucket.client(), options) };
  }),
);

function suite(start: () => Promise<Started>): void {
  let server: TestServer;
  let copies: StoredCopies;
  beforeAll(async () => {
    ({ server, copies } = await start());
  });
  afterAll(() => server.stop());

  async function stored(content: Buffer): Promise<{ path: string; key: string }> {
    const path = `/v1/models/${(await newModel(server)).id}/files/a.bin`;
    await server.api('PUT', path, content);
    const { rows } = await server.db.requests.query('SELECT key FROM blobs WHERE sha256 = $1', [
      sha256(content),
    ]);
    return { path, key: rows[0].key };
  }
  async function verified(query = ''): Promise<VerificationRecord[]> {
    const response = await fetch(`${server.url}/v1/verification${query}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    return (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
  const findings = (records: readonly VerificationRecord[]) =>
    records.filter((record) => record.type === 'finding').map(({ fault, key }) => [fault, key]);

  it('reports a sound store, also as text', async () => {
    await stored(randomBytes(500));
    const records = await verified('?full=true');
    expect(records[0]).toMatchObject({ type: 'progress', phase: 'contents', done: 0, of: 1 });
    expect(records.at(-1)).toMatchObject({
      type: 'report',
      full: true,
      sound: true,
      contents: 1,
      contentBytes: 500,
      objects: 1,
      words:
        '1 contents with 500 bytes were read completely: all are intact.\n1 stored objects were looked up in the ' +
        'database: all are known.',
    });
  });

  it('does not report the object of a running upload', async () => {
    const { key } = await server.ctx.blobs.write(Readable.from([Buffer.from('fresh')]));
    expect(findings(await verified()).map(([, found]) => found)).not.toContain(key);
    await server.ctx.blobs.delete(key);
  });

  it('reports and marks missing content, and reports unknown objects without changing them', async () => {
    const contents = [randomBytes(600), randomBytes(601), randomBytes(602), randomBytes(603)] as const;
    const files = await Promise.all(contents.map(stored));
    const [missing, short, flipped, sound] = files as [any, any, any, any];
    await copies.remove(missing.key);
    await copies.truncate(short.key);
    await copies.flip(flipped.key);
    const unknown = randomBytes(16).toString('hex');
    await copies.write(unknown, Buffer.from('unknown'));
    // The object is too old for a running upload.
    server.advance(3_600_000);

    const quick = await verified();
    const found = [
      ['missing', missing.key],
      ['wrong_size', short.key],
    ];
    expect(findings(quick).toSorted()).toEqual([...found, ['unknown_object', unknown]].toSorted());
    expect(quick.at(-1)).toMatchObject({
      type: 'report',
      sound: false,
      findings: { missing: 1, wrong_size: 1, wrong_hash: 0, unreadable: 0, unknown_object: 1 },
      unknownBytes: 7,
    });
    expect(quick.find((record) => record.type === 'finding' && record.key === missing.key)).toMatchObject({
      sha256: sha256(contents[0]),
      sizeBytes: 600,
      files: 1,
      file: { kind: 'model', path: 'a.bin' },
    });
    expect((await server.api('GET', missing.path)).body.code).toBe('file_corrupt');
    const { body } = await server.api('GET', missing.path.replace('/a.bin', ''));
    expect(body.items[0].state).toBe('corrupt');

    const full = await verified('?full=true');
    expect(findings(full).toSorted()).toEqual(
      [...found, ['wrong_hash', flipped.key], ['unknown_object', unknown]].toSorted(),
    );
    // Marked content is read even without `full`.
    expect(findings(await verified()).toSorted()).toEqual(findings(full).toSorted());

    for (const [at, path] of [missing.path, short.path, flipped.path].entries())
      await server.api('PUT', path, contents[at]);
    expect(findings(await verified('?full=true'))).toEqual([['unknown_object', unknown]]);
    expect((await server.api('GET', sound.path)).status).toBe(200);
    expect((await server.ctx.blobs.stat(unknown)).sizeBytes).toBe(7);
  });
}

describe('access', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ auth: 'tokens' });
  });
  afterAll(() => server.stop());

  it('is 403 unless the caller is an administrator, and 422 for unknown parameters', async () => {
    const callers = await callersOf(server);
    const user = await callers.user({ ai: 'admin' });
    expect((await user.api('GET', '/v1/verification')).status).toBe(403);
    expect((await callers.admin('GET', '/v1/verification')).status).toBe(200);
    expect((await callers.admin('HEAD', '/v1/verification')).status).toBe(200);
    expect((await callers.admin('GET', '/v1/verification?full=yes')).status).toBe(422);
  });
});
