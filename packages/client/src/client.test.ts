import { getEventListeners } from 'node:events';
import { openApiDocument } from '@modelbox/schema';
import { describe, expect, test } from 'vitest';
import * as api from './index.ts';
import { ModelBox, type ModelBoxOptions } from './index.ts';
import { type Act, drop, faultServer, json, problem, silence, truncate } from './testing/fault-server.ts';

/** A server with these acts and a client of it, which waits for no one longer than it must. */
async function against(acts: Act[], options: ModelBoxOptions = {}) {
  const server = await faultServer(...acts);
  return { ...server, client: new ModelBox({ baseUrl: server.baseUrl, ...options }) };
}
const model = { id: 'm-1', namespace: 'ai', name: 'yolo' };
const create = { namespace: 'ai', name: 'yolo' };

describe('a call', () => {
  test('sends what it was given and gives the data, or the whole answer', async () => {
    const headers = { etag: '"7"', 'x-request-id': 'r-9' };
    await using box = await against([json(model, 201, headers)], { token: 'secret' });
    const call = box.client.models.create(create, { headers: { 'x-run': '1' } });
    expect(await call).toEqual(model);
    expect(await call.withResponse()).toMatchObject({
      data: model,
      status: 201,
      etag: '"7"',
      requestId: 'r-9',
    });
    expect(box.arrived).toHaveLength(1);
    expect(box.arrived[0]).toMatchObject({ method: 'POST', url: '/v1/models' });
    expect(box.arrived[0]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
      'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/),
      'user-agent': expect.stringMatching(/^modelbox-client\//),
      'x-run': '1',
    });
    expect(JSON.parse(String(box.arrived[0]?.body))).toEqual(create);
  });

  test('requests the token before each try, if it is a function', async () => {
    let asked = 0;
    const token = async () => `short-lived-${++asked}`;
    await using box = await against(
      [problem(503, 'unavailable', { 'retry-after': '0' }), json(model), json(model)],
      {
        token,
      },
    );
    await box.client.models.create(create);
    await box.client.models.create(create, { headers: { authorization: 'Bearer own' } });
    expect(box.arrived.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer short-lived-1',
      'Bearer short-lived-2',
      'Bearer own',
    ]);
    await using other = await against([], {
      token: () => Promise.reject(new Error('the issuer is not there')),
    });
    await expect(other.client.models.create(create)).rejects.toThrow('the issuer is not there');
    expect(other.arrived).toEqual([]);
  });

  test('names objects in one segment each, and passes If-Match and its own key', async () => {
    await using box = await against([json(model)]);
    await box.client.models.update(
      'ai/vision/yolo',
      { tags: [] },
      { ifMatch: '"7"', idempotencyKey: 'mine' },
    );
    await box.client.resolve('ai/vision/yolo@prod');
    expect(box.arrived.map(({ url }) => url)).toEqual([
      '/v1/models/ai%2Fvision%2Fyolo',
      '/v1/resolve?ref=ai%2Fvision%2Fyolo%40prod',
    ]);
    expect(box.arrived[0]?.headers).toMatchObject({ 'if-match': '"7"', 'idempotency-key': 'mine' });
    expect(box.arrived[1]?.headers).not.toHaveProperty('idempotency-key');
  });

  test('returns nothing for an empty answer, and text as text', async () => {
    await using box = await against([
      (response) => void response.writeHead(204).end(),
      (response) => void response.end('up 1\n'),
    ]);
    expect(await box.client.models.delete('m-1')).toBeUndefined();
    expect(await box.client.system.metrics()).toBe('up 1\n');
  });

  test('returns a 503 that the contract defines as an answer', async () => {
    await using box = await against([json({ ready: false }, 503)]);
    expect(await box.client.system.ready()).toEqual({ ready: false });
  });

  test('to another kind of server fails with a hint', async () => {
    await using box = await against([(response) => void response.end('<html>')]);
    await expect(box.client.models.get('m-1')).rejects.toThrow('not JSON; is it ModelBox?');
  });
});

describe('a failed try', () => {
  test('is repeated after a broken connection and a broken answer, under one key', async () => {
    await using box = await against([drop, truncate, json(model, 201)]);
    expect(await box.client.models.create(create)).toEqual(model);
    const keys = new Set(box.arrived.map(({ headers }) => headers['idempotency-key']));
    expect([box.arrived.length, keys.size]).toEqual([3, 1]);
  });

  test('is repeated when the server asks for patience', async () => {
    const busy = problem(503, 'unavailable', { 'retry-after': '0' });
    await using box = await against([
      problem(429, 'rate_limited', { 'retry-after': '0' }),
      busy,
      json(model),
    ]);
    expect(await box.client.models.get('m-1')).toEqual(model);
  });

  test('is not repeated more often than asked', async () => {
    await using box = await against([problem(503, 'unavailable', { 'retry-after': '0' })], { maxRetries: 2 });
    await expect(box.client.models.get('m-1')).rejects.toBeInstanceOf(api.UnavailableError);
    expect(box.arrived).toHaveLength(3);
    await expect(box.client.models.get('m-1', {}, { maxRetries: 0 })).rejects.toMatchObject({
      retryAfterMs: 0,
    });
    expect(box.arrived).toHaveLength(4);
  });

  test('is a ConnectionError with the reason if nobody listens', async () => {
    const box = await against([drop]);
    await box[Symbol.asyncDispose]();
    const call = box.client.models.get('m-1', {}, { maxRetries: 1 });
    await expect(call).rejects.toBeInstanceOf(api.ConnectionError);
    await expect(call).rejects.toThrow(/GET http:.*m-1 failed: .*ECONNREFUSED/);
  });

  test('is a TimeoutError if the server is silent', async () => {
    await using box = await against([silence], { timeoutMs: 50, maxRetries: 1 });
    await expect(box.client.models.get('m-1')).rejects.toBeInstanceOf(api.TimeoutError);
    expect(box.arrived).toHaveLength(2);
  });
});

describe('an error answer', () => {
  test.each([
    [400, api.BadRequestError],
    [401, api.AuthenticationError],
    [403, api.PermissionError],
    [404, api.NotFoundError],
    [409, api.ConflictError],
    [412, api.PreconditionFailedError],
    [413, api.PayloadTooLargeError],
    [415, api.APIError],
    [422, api.UnprocessableError],
    [429, api.RateLimitError],
    [500, api.InternalServerError],
    [502, api.InternalServerError],
    [503, api.UnavailableError],
  ])('%i has its class', async (status, expected) => {
    await using box = await against([problem(status, 'x')], { maxRetries: 0 });
    const error = await box.client.models.get('m-1').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(expected);
    expect(error).toMatchObject({ name: expected.name, status, code: 'x', requestId: 'r-1', errors: [] });
  });

  test('names each field', async () => {
    const errors = [{ in: 'body', pointer: '/onwer', message: 'is unknown' }];
    await using box = await against([problem(422, 'invalid', {}, { errors })]);
    const call = box.client.models.create(create);
    await expect(call).rejects.toThrow('422 invalid: so it is (body/onwer: is unknown)');
    await expect(call).rejects.toMatchObject({ errors });
  });

  test('from a proxy has its status and body', async () => {
    await using box = await against([(response) => void response.writeHead(502).end('<h1>Bad gateway')], {
      maxRetries: 0,
    });
    await expect(box.client.models.get('m-1')).rejects.toMatchObject({
      status: 502,
      code: undefined,
      body: '<h1>Bad gateway',
    });
  });
});

describe('giving up', () => {
  test('a call ends with the signal, in flight and between tries, and leaves no listener behind', async () => {
    await using box = await against([silence, problem(503, 'unavailable', { 'retry-after': '30' })]);
    for (let round = 0; round < 2; round += 1) {
      const controller = new AbortController();
      const call = box.client.models.get('m-1', {}, { signal: controller.signal });
      await expect.poll(() => box.arrived.length).toBe(round + 1);
      controller.abort('enough');
      await expect(call).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    }
    await expect(box.client.models.get('m-1', {}, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(
      api.AbortError,
    );
    expect(box.arrived).toHaveLength(2);
  });

  test('many concurrent calls with one signal cause no warnings', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    await using box = await against([json(model)]);
    await Promise.all(Array.from({ length: 50 }, () => box.client.models.get('m-1')));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  test('close aborts calls in flight and rejects new ones', async () => {
    await using box = await against([silence]);
    const call = box.client.models.get('m-1');
    const ended = expect(call).rejects.toBeInstanceOf(api.ClosedError);
    await box.client.close();
    await ended;
    await expect(box.client.models.get('m-1')).rejects.toBeInstanceOf(api.ClosedError);
    await box.client.close();
  });
});

describe('a list', () => {
  const pages: Act = (response, { url }) => {
    const cursor = new URL(url, 'http://host').searchParams.get('cursor');
    const at = cursor === null ? 0 : Number(cursor);
    const items = [{ version: `v${at}` }, { version: `v${at + 1}` }];
    response.end(JSON.stringify({ items, nextCursor: at < 4 ? String(at + 2) : null }));
  };

  test('is its first page, and all items', async () => {
    await using box = await against([pages]);
    const list = box.client.models.versions.list('ai/yolo', { limit: 2, filter: 'a = 1' });
    expect((await list).items).toHaveLength(2);
    const names: string[] = [];
    for await (const { version } of list) names.push(version);
    expect(names).toEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'v5']);
    expect(box.arrived.map(({ url }) => url)).toEqual([
      '/v1/models/ai%2Fyolo/versions?limit=2&filter=a+%3D+1',
      '/v1/models/ai%2Fyolo/versions?limit=2&filter=a+%3D+1&cursor=2',
      '/v1/models/ai%2Fyolo/versions?limit=2&filter=a+%3D+1&cursor=4',
    ]);
  });

  test('continues after a page that is shorter than requested', async () => {
    await using box = await against([pages]);
    const names: string[] = [];
    for await (const { version } of box.client.models.versions.list('ai/yolo', { limit: 1000 }))
      names.push(version);
    expect(names).toEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'v5']);
  });

  test('is fetched only as far as it is read', async () => {
    await using box = await against([pages]);
    for await (const page of box.client.models.list().pages()) if (page.nextCursor === '4') break;
    expect(box.arrived).toHaveLength(2);
  });

  test('fails if a page fails', async () => {
    await using box = await against([pages, problem(404, 'not_found')]);
    const read = async () => {
      for await (const _ of box.client.models.list());
    };
    await expect(read()).rejects.toBeInstanceOf(api.NotFoundError);
  });
});

test('every operation of the contract has its method', () => {
  const client = new ModelBox();
  const paths = openApiDocument('0').paths as Record<string, Record<string, { operationId: string }>>;
  const ids = Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  const methodOf = (id: string) =>
    id.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], client);
  expect(ids.length).toBeGreaterThan(80);
  expect(ids.filter((id) => typeof methodOf(id) !== 'function')).toEqual(['system.docs', 'system.docsAsset']);
});
