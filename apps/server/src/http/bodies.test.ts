import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRaw } from '../../testing/raw.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ bodyTimeout: 150, bodyLimit: 10_000 });
});
afterAll(() => server?.stop());

const json = { 'content-type': 'application/json' };
const post = (body: unknown, headers: Record<string, string> = json) =>
  server.api('POST', '/v1/models', body, headers);
const head = (...headers: string[]) =>
  `POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
  `${headers.map((line) => `${line}\r\n`).join('')}\r\n`;

describe('a JSON body', () => {
  it('413: a body announced as too large is refused before it is sent', async () => {
    const connection = await connectRaw(server.url);
    connection.send(head('Content-Length: 10001', 'Expect: 100-continue'));
    expect(await connection.closed()).toMatch(/^HTTP\/1.1 413 .*"code":"too_large"/s);
  });

  it('413: a body that becomes too large is refused', async () => {
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 11; i++) controller.enqueue(new Uint8Array(1000).fill(32));
        controller.close();
      },
    });
    const answer = await post(chunks);
    expect(answer).toMatchObject({ status: 413, body: { code: 'too_large' } });
  });

  it('may have the size of the limit', async () => {
    const body = JSON.stringify({ namespace: 'ai', name: 'large' });
    expect((await post(body.padEnd(10_000))).status).toBe(201);
  });

  it('400: a body does not arrive in time', async () => {
    const connection = await connectRaw(server.url);
    connection.send(head('Content-Length: 100'));
    connection.send('{"namespace":');
    expect((await connection.until(/\{.*\}/s)).input).toMatch(
      /^HTTP\/1.1 400 .*did not arrive within 150 ms/s,
    );
    connection.socket.destroy();
  });

  it.each([
    ['text/plain'],
    ['application/xml'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/merge-patch+json'],
  ])('415: sent as %s', async (type) => {
    const answer = await post('{}', { 'content-type': type });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    expect(answer.body.detail).toContain('must be application/json, not');
  });

  it('415: the Content-Type is not a media type', async () => {
    expect((await post('{}', { 'content-type': 'nonsense' })).body).toMatchObject({
      status: 415,
      detail: 'The Content-Type is not a media type: nonsense. Send a media type such as application/json.',
    });
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"'])(
    'is accepted as %s',
    async (type) => {
      expect(
        (await post('{"namespace": "ai", "name": "typed"}', { 'content-type': type })).status,
      ).toBeLessThan(300);
    },
  );

  it('is accepted as a merge patch by PATCH only', async () => {
    await post({ namespace: 'ai', name: 'patched' });
    const patch = (type: string) =>
      server.api('PATCH', '/v1/models/ai%2Fpatched', '{"owner": "me"}', { 'content-type': type });
    expect(await patch('application/merge-patch+json')).toMatchObject({ status: 200, body: { owner: 'me' } });
    expect((await patch('text/plain')).body.detail).toContain('application/merge-patch+json');
  });

  it.each([
    ['{', 'not valid JSON'],
    ['', 'no body'],
    ['{"name":NaN}', 'not valid JSON'],
    ['{"a":1}{"b":2}', 'not valid JSON'],
    ['{"metadata":{"__proto__":{"admin":true}}}', 'not valid JSON'],
    ['{"metadata":{"constructor":{"prototype":{"admin":true}}}}', 'not valid JSON'],
  ])('400: %s', async (body, words) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed' } });
    expect(answer.body.detail).toContain(words);
  });

  it('400: not UTF-8', async () => {
    const answer = await post(
      Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    );
    expect(answer.body).toMatchObject({ status: 400, detail: 'The body is not valid UTF-8.' });
  });

  it('422: its digest differs, or cannot be checked', async () => {
    const body = '{"namespace": "ai", "name": "digested"}';
    const hash = (text: string) => createHash('sha256').update(text).digest('base64');
    const digested = (value: string) => post(body, { ...json, 'content-digest': value });
    expect(await digested(`sha-256=:${hash('other')}:`)).toMatchObject({
      status: 422,
      body: { code: 'checksum_mismatch' },
    });
    for (const value of ['sha-256=:AAAA:', 'crc32c=:AAAAAA==:', ''])
      expect(await digested(value)).toMatchObject({ status: 422, body: { code: 'invalid' } });
    expect((await digested(`sha-256=:${hash(body)}:`)).status).toBe(201);
    const path = '/v1/models/ai%2Fdigested';
    const empty = (text: string) =>
      server.api('DELETE', path, undefined, { 'content-digest': `sha-256=:${hash(text)}:` });
    expect((await empty('other')).status).toBe(422);
    expect((await empty('')).status).toBe(204);
  });

  it('400: the route takes no body', async () => {
    const answer = await server.api('DELETE', '/v1/models/ai%2Flarge', { force: true });
    expect(answer.body).toMatchObject({
      status: 400,
      detail: 'This route takes no body. Send the request without a body.',
    });
  });

  it.each([
    ['{"namespace":"ai","name":"a\\u0000b"}', '/name', 'NUL'],
    ['{"namespace":"ai","name":"x","metadata":{"\\u0000":1}}', '/metadata/\0', 'NUL'],
    ['{"namespace":"ai","name":"x","owner":"\\ud800"}', '/owner', 'lone surrogate'],
    ['{"namespace":"ai","name":"x","metadata":{"a":[1e999]}}', '/metadata/a/0', 'range of a double'],
    [
      '{"namespace":"ai","name":"x","metadata":{"a/b":9007199254740993}}',
      '/metadata/a~1b',
      'send it as a string',
    ],
    [
      `{"namespace":"ai","name":"x","metadata":${'{"a":'.repeat(70)}1${'}'.repeat(70)}}`,
      '/metadata/a',
      'deeper than 64',
    ],
    [
      `{"namespace":"ai","name":"x","tags":${'['.repeat(3000)}${']'.repeat(3000)}}`,
      '/tags/0',
      'deeper than 64',
    ],
  ])('422: fault %# of text, number or depth', async (body, pointer, words) => {
    const { status, body: problem } = await post(body);
    expect(status).toBe(422);
    expect(problem.errors).toHaveLength(1);
    expect(problem.errors[0]).toMatchObject({ in: 'body', message: expect.stringContaining(words) });
    expect(problem.errors[0].pointer.startsWith(pointer)).toBe(true);
  });

  it('keeps integers that a double represents exactly, however large', async () => {
    const metadata = { a: 2 ** 53, b: 2 ** 60, c: 1e22, d: -(2 ** 53) };
    const answer = await post({ namespace: 'ai', name: 'integers', metadata });
    expect(answer.body.metadata).toEqual(metadata);
  });

  it('422: lists every invalid field with a pointer and the allowed values', async () => {
    const answer = await post({ namespace: 'a//b', owner: 5, metdata: {}, tags: ['ok', 7] });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      type: 'urn:modelbox:error:invalid',
      code: 'invalid',
      status: 422,
      errors: expect.arrayContaining([
        { in: 'body', pointer: '/namespace', message: expect.stringContaining('must be a path of names') },
        { in: 'body', pointer: '/name', message: 'is required: a string' },
        { in: 'body', pointer: '/owner', message: 'must be a string' },
        { in: 'body', pointer: '/tags/1', message: 'must be a string' },
        {
          in: 'body',
          pointer: '/metdata',
          message:
            'is not a known field; known fields are namespace, name, owner, task, description, metadata, tags',
          expected: ['namespace', 'name', 'owner', 'task', 'description', 'metadata', 'tags'],
        },
      ]),
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  });

  it('422: names the wanted type and size in correct English', async () => {
    const answer = await post({ namespace: 'ai', name: 'english', metadata: 7, tags: [''] });
    expect(answer.body).toMatchObject({
      status: 422,
      errors: expect.arrayContaining([
        { in: 'body', pointer: '/metadata', message: 'must be an object' },
        { in: 'body', pointer: '/tags/0', message: 'must have at least 1 character' },
      ]),
    });
  });

  it('422: names a nested unknown field and the known ones', async () => {
    const { body: model } = await post({ namespace: 'ai', name: 'deep' });
    const answer = await server.api('POST', `/v1/models/${model.id}/versions`, {
      version: 'v1',
      files: ['s3://b/x', { uri: 's3://b/y', sha: 'x' }],
      metrics: [{ key: 'a', value: 1, stp: 3 }],
      source: { checkpont: 'x' },
    });
    expect(answer.body.errors).toEqual([
      expect.objectContaining({
        pointer: '/files/1/sha',
        expected: ['path', 'role', 'uri', 'sha256', 'sizeBytes'],
      }),
      expect.objectContaining({
        pointer: '/metrics/0/stp',
        expected: ['key', 'value', 'step', 'time', 'dataset'],
      }),
      expect.objectContaining({
        pointer: '/source/checkpont',
        expected: ['checkpoint', 'experiment', 'version'],
      }),
    ]);
  });

  it('422: a field of the identity cannot be set', async () => {
    await post({ namespace: 'ai', name: 'same' });
    const answer = await server.api('PATCH', '/v1/models/ai%2Fsame', { name: 'other' });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0]).toMatchObject({
      pointer: '/name',
      message: expect.stringContaining('cannot be set here'),
    });
  });
});
