import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { type Route, routeList } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, plainBody } from '../../testing/access-world.ts';
import { freshName } from '../../testing/objects.ts';
import { rawRequest } from '../../testing/raw-request.ts';
import { ref, startTestServer, type TestAnswer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf, withToken } from '../../testing/tokens.ts';
import { wordsOf } from '../../testing/words.ts';

/* Attempts to make the server do or reveal what the caller may not. */

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

async function setUp() {
  const { ok } = callers;
  const [mine, theirs] = [freshName('mine'), freshName('theirs')];
  const secret = await ok('POST', '/v1/models', { namespace: theirs, name: 'secret' });
  await ok('POST', `/v1/models/${secret.id}/versions`, { version: 'v1', files: [], aliases: ['prod'] });
  await ok('POST', '/v1/datasets', { namespace: theirs, name: 'val' });
  await ok('PUT', `/v1/models/${secret.id}/files/treasure.bin`, Buffer.from('treasure'));
  const own = await ok('POST', '/v1/models', { namespace: mine, name: 'own' });
  for (const version of ['v1', 'v2'])
    await ok('POST', `/v1/models/${own.id}/versions`, { version, files: [], aliases: ['prod'] });
  const eve = await callers.user({ [mine]: 'admin' });
  return { mine, theirs, secret, own, eve };
}

describe('a reference in a text that is not checked for a permission', () => {
  it('reveals nothing as `expect` of a move, in a filter, or as a dataset in a preview', async () => {
    const { theirs, own, eve } = await setUp();
    await callers.ok('POST', `/v1/models/${own.id}/metrics`, { metrics: [{ key: 'a', value: 1 }] });
    const told = async (namespace: string): Promise<string[]> => {
      const quoted = ref(`evaluations."${namespace}/val".acc IS NULL`);
      const answers: TestAnswer[] = [];
      for (const expect of [`${namespace}/secret:v1`, `${namespace}/secret@prod`])
        for (const path of ['prod', 'prod/rollback'])
          answers.push(
            await eve.api(path === 'prod' ? 'PUT' : 'POST', `/v1/models/${own.id}/aliases/${path}`, {
              ...(path === 'prod' ? { version: 'v1' } : {}),
              expect,
            }),
          );
      answers.push(
        await eve.api('GET', `/v1/models/${own.id}/versions?filter=${quoted}`),
        await eve.api('GET', `/v1/models?filter=${ref(`namespace = '${namespace}'`)}`),
        await eve.api('GET', `/v1/namespaces?filter=${ref(`path LIKE '${namespace}%'`)}`),
        await eve.api('GET', `/v1/models/${own.id}/evaluations?dataset=${ref(`${namespace}/val`)}`),
        await eve.api('GET', `/v1/models/${own.id}/metrics?dataset=${ref(`${namespace}/val`)}`),
        await eve.api('GET', `/v1/namespaces?under=${ref(namespace)}`),
        await eve.api('POST', '/v1/tokens', { name: 'x', namespaces: [namespace], expiresAt: null }),
      );
      return answers.map((answer) => {
        const { id: _i, token: _t, createdAt: _c, ...body } = answer.body;
        return wordsOf({ ...answer, body }, [namespace]);
      });
    };
    expect(await told(theirs)).toEqual(await told(freshName('nothing')));
  });
});

describe("somebody else's", () => {
  it('cursor shows only what its user may list', async () => {
    const { mine, secret, own, eve } = await setUp();
    for (const list of ['/v1/models?', '/v1/namespaces?', '/v1/models?orderBy=name&', '/v1/datasets?']) {
      const { nextCursor } = (await callers.admin('GET', `${list}limit=1`)).body;
      if (nextCursor === null) continue;
      const { status, body } = await eve.api('GET', `${list}limit=1&cursor=${nextCursor}`);
      if (status !== 422)
        for (const item of body.items) expect(item.namespace ?? item.path).toMatch(new RegExp(`^${mine}`));
      expect(JSON.stringify(body)).not.toContain(secret.id);
    }
    // The cursors of lists that contain only a position are easy to forge. They move within the list.
    const forged = Buffer.from('""').toString('base64url');
    for (const list of ['files', 'aliases', 'proposals', 'policy/history', 'decisions'])
      for (const cursor of [forged, Buffer.from('0').toString('base64url')]) {
        const { body } = await eve.api('GET', `/v1/models/${own.id}/${list}?cursor=${cursor}`);
        expect(JSON.stringify(body)).not.toContain('treasure');
      }
  });

  it('Idempotency-Key replays nothing for another caller, nor after the right was removed', async () => {
    const { theirs, secret, eve } = await setUp();
    const ann = await callers.user({ [theirs]: 'contributor' });
    const bob = await callers.user({ [theirs]: 'contributor' });
    const key = { 'idempotency-key': freshName('key') };
    const path = `/v1/models/${secret.id}/events`;
    const send = ({ api }: typeof ann) => api('POST', path, { name: 'started', source: 'x' }, key);
    const first = await send(ann);
    expect((await send(ann)).body.id).toBe(first.body.id);
    // Keys belong to their caller, so another caller's request with the same key is a new request.
    const second = await send(bob);
    expect([second.status, second.body.id === first.body.id]).toEqual([201, false]);
    expect((await send(eve)).status).toBe(404);
    // The same caller with a narrowed token.
    const narrow = await callers.token({ principal: ann.name, permissions: ['model.read'] });
    const other = await callers.token({ principal: ann.name, namespaces: [freshName('else')] });
    expect([(await send({ ...ann, ...narrow })).status, (await send({ ...ann, ...other })).status]).toEqual([
      403, 404,
    ]);
    await callers.ok('DELETE', `/v1/namespaces/${theirs}/grants/${ref(ann.name)}`);
    await expect.poll(async () => (await send(ann)).status, { timeout: 2_000 }).toBe(404);
  });

  it('upload cannot be completed, read or listed by its id alone', async () => {
    const { secret, own, eve } = await setUp();
    const content = Buffer.from(freshName('content'));
    const sha256 = createHash('sha256').update(content).digest('hex');
    const begun = { path: 'u.bin', sizeBytes: content.length, sha256 };
    const upload = await callers.ok('POST', '/v1/uploads', { ...begun, model: secret.id });
    for (const [method, path] of [
      ['GET', `/v1/uploads/${upload.id}`],
      ['GET', `/v1/uploads/${upload.id}/parts`],
      ['PUT', `/v1/uploads/${upload.id}/parts/1`],
      ['POST', `/v1/uploads/${upload.id}/parts/sign`],
      ['POST', `/v1/uploads/${upload.id}/complete`],
      ['DELETE', `/v1/uploads/${upload.id}`],
      ['GET', `/v1/uploads?model=${secret.id}`],
    ] as const) {
      const body = method === 'PUT' ? content : method === 'POST' ? {} : undefined;
      expect((await eve.api(method, path, body)).status, `${method} ${path}`).toBe(404);
    }
    expect((await eve.api('GET', `/v1/uploads?model=${own.id}`)).body.items).toEqual([]);
    expect((await callers.ok('GET', `/v1/uploads/${upload.id}`)).state).toBe('open');
  });
});

describe('a path that leads elsewhere', () => {
  const STEPS = [
    ...[
      '..',
      '.',
      '../x',
      '..%2fx',
      '%2e%2e',
      '%2e%2e%2fx',
      '%252e%252e%252fx',
      '..\\x',
      '..%5cx',
      '.%00./x',
    ],
    ...[
      '/etc/passwd',
      '%2fetc%2fpasswd',
      'C:%5cx',
      'file:%2f%2f%2fetc',
      '%ef%bc%8e%ef%bc%8e%2fx',
      '%c0%ae%c0%ae%2fx',
    ],
    ...['a%2f..%2f..%2fx', 'a//x', 'a%2f%2fx', '%2f', '%00', '%0d%0aX:%20y', '~%2f.ssh', '%e2%80%ae', '%ff'],
  ];

  it('to a file is refused, or stays within the object', async () => {
    const { secret, own, eve } = await setUp();
    const head = (method: string, path: string, length: number) =>
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${eve.secret}\r\n` +
      `Content-Length: ${length}\r\nConnection: close\r\n\r\n`;
    for (const step of [
      ...STEPS,
      `..%2f..%2f${secret.id}%2ffiles%2ftreasure.bin`,
      `../../${secret.id}/files/treasure.bin`,
    ]) {
      const path = `/v1/models/${own.id}/files/${step}`;
      for (const method of ['GET', 'DELETE', 'PUT']) {
        const answer = await rawRequest(
          server,
          head(method, path, method === 'PUT' ? 1 : 0) + (method === 'PUT' ? 'x' : ''),
        );
        expect(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), `${method} ${path}: ${answer}`).toBeLessThan(
          500,
        );
        expect(answer).not.toContain('treasure\r\n');
        expect(answer).not.toMatch(/root:|^X: y/m);
      }
    }
    const { items } = await callers.ok('GET', `/v1/models/${secret.id}/files`);
    expect(items.map((file: any) => file.path)).toEqual(['treasure.bin']);
    for (const { path } of (await callers.ok('GET', `/v1/models/${own.id}/files`)).items)
      expect(
        path.split('/').some((part: string) => ['', '.', '..'].includes(part)),
        path,
      ).toBe(false);
    // The disk store uses random keys, which no caller chooses.
    for (const name of await readdir(server.blobsDir, { recursive: true }))
      expect(name).toMatch(/^[\w.-]+(?:\/[\w.-]+)*$/);
  });

  const withParams = routeList.filter(({ path, public: isPublic }) => path.includes('{') && !isPublic);
  it.each([['GET'], ['POST'], ['PUT'], ['PATCH'], ['DELETE']])(
    '4xx: in any parameter of any %s',
    async (method) => {
      const { namespace, values } = await makeWorld(server, callers, { path: '' });
      const { api } = await callers.user({ [freshName('mine')]: 'admin' });
      const urlOf = ({ path }: Route, step: string) =>
        path.replace(/\{([^}]*)\}/g, (_, name: string) => {
          if (name === 'path*') return step;
          // A path that leads back to the object's own name.
          return `${step}%2f${ref(name === 'namespace' ? namespace : (values[name] ?? 'x'))}`;
        });
      for (const route of withParams.filter((each) => each.method === method)) {
        const body = plainBody(route);
        const told = await Promise.all(
          STEPS.map(async (step) => {
            const url = urlOf(route, step);
            return { url, ...(await api(method, url, body)) };
          }),
        );
        for (const { url, status } of told) {
          expect(status, `${method} ${url}`).toBeGreaterThanOrEqual(400);
          expect(status, `${method} ${url}`).toBeLessThan(500);
        }
      }
    },
  );
});

describe('a right that was removed', () => {
  it('leaves no access through ids, cursors or tokens that the caller got before', async () => {
    const { theirs, secret } = await setUp();
    const ann = await callers.user({ [theirs]: 'admin' });
    const made = await ann.api('POST', '/v1/tokens', { name: 'kept', namespaces: [theirs] });
    const kept = withToken(server, made.body.token);
    for (const version of ['a', 'b', 'c'])
      await callers.ok('POST', `/v1/models/${secret.id}/versions`, { version, files: [] });
    const list = `/v1/models/${secret.id}/versions?limit=1`;
    const { nextCursor } = (await ann.api('GET', list)).body;
    expect((await kept('GET', list)).status).toBe(200);
    await callers.ok('DELETE', `/v1/namespaces/${theirs}/grants/${ref(ann.name)}`);
    const asks = [
      [ann.api, `${list}&cursor=${nextCursor}`],
      [kept, list],
      [kept, `/v1/models/${secret.id}/files/treasure.bin`],
    ] as const;
    for (const [api, path] of asks)
      await expect.poll(async () => (await api('GET', path)).status, { timeout: 2_000 }).toBe(404);
    expect((await kept('GET', '/v1/models')).body.items).toEqual([]);
  });
});

it('404: an unknown id and a hidden id get the same answer, deleted or not', async () => {
  const { secret, eve } = await setUp();
  const words = async (id: string) =>
    wordsOf(await eve.api('GET', `/v1/models/${id}?includeDeleted=true`), [id]);
  const nowhere = await words(randomUUID());
  expect(await words(secret.id)).toBe(nowhere);
  await callers.ok('DELETE', `/v1/models/${secret.id}`);
  expect(await words(secret.id)).toBe(nowhere);
});
