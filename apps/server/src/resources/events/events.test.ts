import { OWNER_KINDS } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newExperiment, newOwner } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const tell = (path: string, body: object, headers?: Record<string, string>) =>
  server.api('POST', `${path}/events`, body, headers);

describe.each(OWNER_KINDS)('events of a %s', (kind) => {
  it('are created with 201, listed newest first, and recorded on the object', async () => {
    const { id } = await newOwner(server, kind);
    const path = `/v1/${kind}s/${id}`;
    const told = await tell(path, {
      name: 'checkpoint_write_started',
      source: 'trainer',
      time: '2026-01-31T13:00:00.5+01:00',
      metadata: { host: 'gpu-1', pid: 7 },
    });
    expect(told.status).toBe(201);
    expect(told.body).toEqual({
      id: expect.any(String),
      name: 'checkpoint_write_started',
      source: 'trainer',
      time: '2026-01-31T12:00:00.500Z',
      metadata: { host: 'gpu-1', pid: 7 },
      createdBy: 'local',
      createdAt: expect.stringMatching(/Z$/),
    });
    const second = await tell(path, { name: 'checkpoint_write_ended', source: 'trainer' });
    expect(second.body.time).toBe(second.body.createdAt);
    expect(second.body.metadata).toEqual({});
    const { body } = await server.api('GET', `${path}/events`);
    expect(body).toEqual({ items: [second.body, told.body], nextCursor: null });
    const change = (await changesOf(server, id)).at(-2);
    expect(change).toMatchObject({ action: 'event_told', detail: { name: 'checkpoint_write_started' } });
    expect((await server.api('GET', path)).headers.get('etag')).toBe('"1"');
  });
});

describe('events', () => {
  it('are two if sent twice, unless they share an idempotency key', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const body = { name: 'n', source: 's' };
    await tell(path, body);
    await tell(path, body);
    const first = await tell(path, body, { 'idempotency-key': 'told-once' });
    const again = await tell(path, body, { 'idempotency-key': 'told-once' });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect((await server.api('GET', `${path}/events`)).body.items).toHaveLength(3);
  });

  it('are listed in pages, newest first, also by name, while others are created', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const told: string[] = [];
    for (let i = 0; i < 25; i++) {
      const { body } = await tell(path, { name: i % 5 === 0 ? 'fifth' : 'other', source: 's' });
      told.unshift(body.id);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await server.api('GET', `${path}/events?limit=4${cursor}`);
      seen.push(...body.items.map((item: any) => item.id));
      await tell(path, { name: 'later', source: 's' });
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(seen).toEqual(told);
    expect((await server.api('GET', `${path}/events?name=fifth`)).body.items).toHaveLength(5);
    expect((await server.api('GET', `${path}/events?name=none`)).body.items).toEqual([]);
    expect((await server.api('GET', `${path}/events?cursor=x`)).status).toBe(422);
  });

  it.each([
    ['no name', { source: 's' }, '/name'],
    ['no source', { name: 'n' }, '/source'],
    ['an empty name', { name: '', source: 's' }, '/name'],
    ['a time without zone', { name: 'n', source: 's', time: '2026-01-31 12:00' }, '/time'],
    ['an unknown field', { name: 'n', source: 's', level: 'info' }, '/level'],
    ['NUL', { name: 'a\0b', source: 's' }, '/name'],
    ['metadata that is no object', { name: 'n', source: 's', metadata: 'm' }, '/metadata'],
  ])('are 422 with %s', async (_, body, pointer) => {
    const { id } = await newExperiment(server);
    const refused = await tell(`/v1/experiments/${id}`, body);
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((error: any) => error.pointer)).toContain(pointer);
  });

  it('are 404 for a deleted or missing object', async () => {
    const { id } = await newExperiment(server);
    await server.api('DELETE', `/v1/experiments/${id}`);
    const body = { name: 'n', source: 's' };
    expect((await tell(`/v1/experiments/${id}`, body)).body.code).toBe('not_found');
    expect((await tell(`/v1/experiments/${ref('ai/none')}`, body)).status).toBe(404);
    expect((await server.api('GET', `/v1/experiments/${id}/events`)).status).toBe(404);
  });
});

describe('tags', () => {
  it('are a set of free words: sorted by code point, each once, replaced as a whole', async () => {
    for (const kind of OWNER_KINDS) {
      const { id, tags } = await newOwner(server, kind, {
        tags: ['gold', 'ü', 'Z', 'a b', 'gold', '🙂', '\uffee'],
      });
      expect(tags).toEqual(['Z', 'a b', 'gold', 'ü', '\uffee', '🙂']);
      const path = `/v1/${kind}s/${id}`;
      expect((await server.api('PATCH', path, { tags: ['b', 'a'] })).body.tags).toEqual(['a', 'b']);
      expect((await server.api('PATCH', path, { tags: ['a', 'b', 'a'] })).headers.get('etag')).toBe('"2"');
      expect((await server.api('PATCH', path, { tags: null })).body.tags).toEqual([]);
    }
  });

  it('are 422 if empty, too long, too many, or not a list of words', async () => {
    const { id } = await newExperiment(server);
    const many = Array.from({ length: 257 }, (_, i) => `t${i}`);
    for (const tags of [[''], ['x'.repeat(129)], many, 'gold', [1], [null], ['a\0']]) {
      const refused = await server.api('PATCH', `/v1/experiments/${id}`, { tags });
      expect(refused.status, JSON.stringify(tags).slice(0, 40)).toBe(422);
    }
  });

  it('can be filtered in lists', async () => {
    await newExperiment(server, { namespace: 'tagged', name: 'one', tags: ['gold', 'x'] });
    await newExperiment(server, { namespace: 'tagged', name: 'two', tags: ['x'] });
    const names = async (filter: string) =>
      (
        await server.api('GET', `/v1/experiments?namespace=tagged&orderBy=name&filter=${ref(filter)}`)
      ).body.items.map((item: any) => item.name);
    expect(await names("'gold' IN tags")).toEqual(['one']);
    expect(await names("NOT 'gold' IN tags")).toEqual(['two']);
    expect(await names("'x' IN tags AND name != 'one'")).toEqual(['two']);
    expect(await names("'GOLD' IN tags")).toEqual([]);
  });
});
