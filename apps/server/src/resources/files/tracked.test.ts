import { OWNER_KINDS } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newCheckpoint, newExperiment, newOwner, newVersion } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const track = (path: string, files: unknown) => server.api('POST', `${path}/files`, { files });

describe.each(OWNER_KINDS)('files of a %s', (kind) => {
  const defaultRole = { model: 'other', version: 'model', experiment: 'other', checkpoint: 'checkpoint' }[
    kind
  ];

  it('are tracked by URI, by default with its last segment as path', async () => {
    const { id } = await newOwner(server, kind);
    const path = `/v1/${kind}s/${id}`;
    const sha256 = 'a'.repeat(64);
    const tracked = await track(path, [
      's3://path/to/bucket/model.pt',
      { uri: 'gs://bucket/log', path: 'logs/1/out.txt', role: 'text', sha256, sizeBytes: 12 },
    ]);
    expect(tracked.status).toBe(200);
    expect(tracked.body.items).toEqual([
      {
        path: 'logs/1/out.txt',
        role: 'text',
        uri: 'gs://bucket/log',
        sizeBytes: 12,
        sha256,
        state: 'tracked',
        mediaType: null,
        createdAt: expect.stringMatching(/Z$/),
      },
      {
        path: 'model.pt',
        role: defaultRole,
        uri: 's3://path/to/bucket/model.pt',
        sizeBytes: null,
        sha256: null,
        state: 'tracked',
        mediaType: null,
        createdAt: expect.stringMatching(/Z$/),
      },
    ]);
    const listed = await server.api('GET', `${path}/files`);
    expect(listed.body).toEqual({ items: tracked.body.items, nextCursor: null });
    const changes = await changesOf(server, id);
    expect(changes.map((change) => change.action)).toEqual(['created', 'files_tracked']);
    expect(changes[1]?.detail.files).toHaveLength(2);
  });

  it('have no content here: a download is 409 with the URI, which the server never follows', async () => {
    const { id } = await newOwner(server, kind);
    const path = `/v1/${kind}s/${id}`;
    await track(path, ['https://example.com/w/model.pt']);
    for (const method of ['GET', 'HEAD']) {
      const answer = await server.api(method, `${path}/files/model.pt`);
      expect(answer.status).toBe(409);
      expect(answer.headers.get('location')).toBe(null);
      if (method === 'GET') {
        expect(answer.body).toMatchObject({ code: 'file_is_tracked', uri: 'https://example.com/w/model.pt' });
      }
    }
  });

  it('are deleted with 204, and are 404 if missing', async () => {
    const { id } = await newOwner(server, kind);
    const path = `/v1/${kind}s/${id}`;
    await track(path, ['s3://b/a', { uri: 's3://b/b', path: 'x/y z' }]);
    expect((await server.api('DELETE', `${path}/files/x%2Fy%20z`)).status).toBe(204);
    expect((await server.api('DELETE', `${path}/files/x/y%20z`)).status).toBe(404);
    expect((await server.api('GET', `${path}/files`)).body.items).toMatchObject([{ path: 'a' }]);
    expect((await changesOf(server, id)).at(-1)).toMatchObject({
      action: 'file_deleted',
      detail: { path: 'x/y z' },
    });
  });
});

describe('POST …/files', () => {
  it('changes nothing for a repetition, and records only new files', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const first = await track(path, ['s3://b/a']);
    const again = await track(path, ['s3://b/a']);
    expect(again.body).toEqual(first.body);
    expect(await changesOf(server, id)).toHaveLength(2);
    const more = await track(path, ['s3://b/a', 's3://b/c']);
    expect(more.body.items.map((item: any) => item.path)).toEqual(['a', 'c']);
    expect((await changesOf(server, id)).at(-1)?.detail.files).toHaveLength(1);
  });

  it('returns 409 for a path with another URI or stored content, and keeps none of the batch', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    await track(path, ['s3://b/a']);
    await server.api('PUT', `${path}/files/stored`, Buffer.from('x'));
    for (const clash of ['s3://other/a', { uri: 's3://b/x', path: 'stored' }]) {
      const refused = await track(path, ['s3://b/fresh', clash]);
      expect(refused.status).toBe(409);
      expect(refused.body.errors[0].pointer).toBe('/files/1');
    }
    const { body } = await server.api('GET', `${path}/files`);
    expect(body.items.map((item: any) => item.path)).toEqual(['a', 'stored']);
  });

  it.each([
    ['two of one path', ['s3://a/f', 's3://b/f'], '/files/1'],
    [
      'two of one path in other Unicode forms',
      [
        { uri: 's3://a/x', path: 'é' },
        { uri: 's3://a/y', path: 'e\u0301' },
      ],
      '/files/1/path',
    ],
    ['no scheme', ['/tmp/model.pt'], '/files/0'],
    ['user info', ['https://user:secret@host/f'], '/files/0'],
    ['a user only', ['https://user@host/f'], '/files/0'],
    ['a script', ['javascript:alert(1)//f'], '/files/0'],
    ['a script in disguise', ['JaVaScRiPt://x/%0aalert(1)'], '/files/0'],
    ['inline data', ['data:text/plain,hi'], '/files/0'],
    ['a URI without a last segment', ['https://host/'], '/files/0'],
    ['a line break', ['s3://b/a\nb'], '/files/0'],
    ['a path that climbs', [{ uri: 's3://b/f', path: '../f' }], '/files/0/path'],
    ['an absolute path', [{ uri: 's3://b/f', path: '/f' }], '/files/0/path'],
    ['a backslash', [{ uri: 's3://b/f', path: 'a\\b' }], '/files/0/path'],
    ['an empty segment', [{ uri: 's3://b/f', path: 'a//b' }], '/files/0/path'],
    ['a role that is none', [{ uri: 's3://b/f', role: 'weights' }], '/files/0/role'],
    ['upper-case hex', [{ uri: 's3://b/f', sha256: 'A'.repeat(64) }], '/files/0/sha256'],
    ['a negative size', [{ uri: 's3://b/f', sizeBytes: -1 }], '/files/0/sizeBytes'],
    ['an unknown field', [{ uri: 's3://b/f', size: 1 }], '/files/0/size'],
    ['none', [], '/files'],
  ])('returns 422 for %s', async (_, files, pointer) => {
    const { id } = await newExperiment(server);
    const refused = await track(`/v1/experiments/${id}`, files);
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((error: any) => error.pointer)).toContain(pointer);
  });

  it('returns 409 for adding to or deleting from a ready version or checkpoint', async () => {
    const version = await newVersion(server, { files: ['s3://b/f'] });
    const checkpoint = await newCheckpoint(server, { files: ['s3://b/f'] });
    for (const path of [`/v1/versions/${version.id}`, `/v1/checkpoints/${checkpoint.id}`]) {
      const answers = [
        await track(path, ['s3://b/g']),
        await server.api('PUT', `${path}/files/g`, Buffer.from('x')),
        await server.api('DELETE', `${path}/files/f`),
      ];
      for (const { status, body } of answers) {
        expect(status).toBe(409);
        expect(body.code).toBe('files_frozen');
      }
      expect((await server.api('GET', `${path}/files`)).body.items).toHaveLength(1);
    }
  });

  it('replays a track or delete with the same key, and returns 422 for other files', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/files`;
    const key = { 'idempotency-key': 'tracked-once' };
    expect((await server.api('POST', path, { files: ['s3://b/a'] }, key)).status).toBe(200);
    for (const expected of [204, 204]) {
      const deleted = await server.api('DELETE', `${path}/a`, undefined, {
        'idempotency-key': 'deleted-once',
      });
      expect(deleted.status).toBe(expected);
    }
    const again = await server.api('POST', path, { files: ['s3://b/a'] }, key);
    expect(again.status).toBe(200);
    expect(again.body.items).toEqual([]);
    const other = await server.api('POST', path, { files: ['s3://b/c'] }, key);
    expect(other.body.code).toBe('idempotency_key_reused');
  });

  it('adds each file once under concurrency', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => track(path, ['s3://b/same', `s3://b/f${i}`])),
    );
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect((await server.api('GET', `${path}/files`)).body.items).toHaveLength(9);
  });

  it('allows 10,000 files per object, and lists them in pages by path', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const uris = Array.from({ length: 9_999 }, (_, i) => `s3://b/${i}`);
    expect((await track(path, uris)).status).toBe(200);
    expect((await track(path, ['s3://b/x', 's3://b/y'])).status).toBe(422);
    expect((await server.api('PUT', `${path}/files/last`, Buffer.from('x'))).status).toBe(201);
    expect((await server.api('PUT', `${path}/files/more`, Buffer.from('x'))).status).toBe(422);
    expect((await server.api('PUT', `${path}/files/last`, Buffer.from('y'))).status).toBe(200);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await server.api('GET', `${path}/files?limit=1000${cursor}`);
      seen.push(...body.items.map((item: any) => item.path));
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(seen).toEqual([...uris.map((uri) => uri.slice(7)), 'last'].sort());
  });

  it('shows the first 100 files of an object, and their number', async () => {
    const files = Array.from({ length: 130 }, (_, i) => `s3://b/${String(i).padStart(3, '0')}`);
    const version = await newVersion(server, { files });
    const { body } = await server.api('GET', `/v1/versions/${version.id}`);
    expect(body.fileCount).toBe(130);
    expect(body.files).toHaveLength(100);
    expect(body.files[99].path).toBe('099');
    const checkpoint = await newCheckpoint(server, { files: files.toReversed() });
    expect(checkpoint.files.map((file: any) => file.path)).toEqual(body.files.map((file: any) => file.path));
    expect((await server.api('GET', `/v1/experiments?filter=${ref('name = 1')}`)).status).toBe(422);
  });
});
