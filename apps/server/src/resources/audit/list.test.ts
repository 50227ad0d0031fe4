import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditOf } from '../../../testing/audit.ts';
import { freshName } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Callers, callersOf } from '../../../testing/tokens.ts';
import { sequence } from '../../workers/sequencer.ts';

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens', rootCreators: 'everyone' });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

const audit = (query: Record<string, string | number> = {}) => auditOf(callers.admin, query);
const grantsOf = (namespace: string, principal: string) =>
  `/v1/namespaces/${ref(namespace)}/grants/${ref(principal)}`;

describe('GET /v1/audit', () => {
  it('shows writes from their changes, without a second record', async () => {
    const namespace = freshName('ns');
    const user = await callers.user({ [namespace]: 'maintainer' });
    const headers = { 'x-request-id': freshName('r') };
    const made = await user.api('POST', '/v1/models', { namespace, name: 'm' }, headers);
    await user.api('PATCH', `/v1/models/${made.body.id}`, { task: 'A', tags: ['x'] });
    await user.api('PUT', `/v1/models/${made.body.id}/files/weights/a.bin`, 'content');
    const { rows } = await server.db.requests.query(
      'SELECT id::text, action FROM changes WHERE object_id = $1 ORDER BY id DESC',
      [made.body.id],
    );
    const entries = await audit({ object: made.body.id });
    expect(entries.map(({ id, action }) => ({ id, action }))).toEqual(rows);
    expect(entries).toMatchObject([
      { action: 'file_stored', object: { name: 'weights/a.bin' } },
      { action: 'updated', fields: ['tags', 'task'], object: { name: 'm' } },
      {
        outcome: 'written',
        actor: user.name,
        tokenId: user.id,
        address: '127.0.0.1',
        requestId: headers['x-request-id'],
        action: 'created',
        method: null,
        route: null,
        status: null,
        object: { kind: 'model', id: made.body.id, name: 'm' },
        namespace,
        fields: null,
        detail: null,
        repeats: 1,
        lastAt: null,
      },
    ]);
    const version = { version: 'v1', name: 'a title', files: [], aliases: ['prod'] };
    await callers.ok('POST', `/v1/models/${made.body.id}/versions`, version);
    expect((await audit({ namespace })).slice(0, 2)).toMatchObject([
      { action: 'created', object: { kind: 'alias', name: 'prod' } },
      { action: 'created', object: { kind: 'version', name: 'v1' } },
    ]);
    const { rows: events } = await server.db.requests.query('SELECT FROM audit_events WHERE object_id = $1', [
      made.body.id,
    ]);
    expect(events).toEqual([]);
    // The list is the same before and after the sequencer ran.
    await sequence(server.db, 10_000);
    expect(await audit({ object: made.body.id })).toEqual(entries);
  });

  it('applies each filter exactly, alone and with others', async () => {
    const namespace = freshName('ns');
    const user = await callers.user({ [namespace]: 'viewer' });
    const { id } = await callers.ok('POST', '/v1/models', { namespace: `${namespace}/sub`, name: 'm' });
    await callers.ok('POST', '/v1/models', { namespace: `${namespace}-beside`, name: 'm' });
    const headers = { 'x-request-id': freshName('r') };
    await user.api('DELETE', `/v1/models/${id}`, undefined, headers);
    server.advance(60_000);
    const later = server.ctx.now().toISOString();
    await callers.ok('PATCH', `/v1/models/${id}`, { task: 'x' });
    const all = await audit();
    const cases: [Record<string, string>, (entry: (typeof all)[number]) => boolean][] = [
      [{ namespace }, (e) => e.namespace === namespace || e.namespace?.startsWith(`${namespace}/`) === true],
      [{ actor: user.name }, (e) => e.actor === user.name],
      [{ token: user.id.toUpperCase() }, (e) => e.tokenId === user.id],
      [{ address: '127.0.0.1' }, (e) => e.address === '127.0.0.1'],
      [{ outcome: 'written' }, (e) => e.outcome === 'written'],
      [{ outcome: 'denied' }, (e) => e.outcome === 'denied'],
      [{ action: 'updated' }, (e) => e.action === 'updated'],
      [{ route: 'models.delete' }, (e) => e.route === 'models.delete'],
      [{ objectKind: 'grant' }, (e) => e.object?.kind === 'grant'],
      [{ object: id }, (e) => e.object?.id === id],
      [{ requestId: headers['x-request-id'] }, (e) => e.requestId === headers['x-request-id']],
      [{ since: later }, (e) => e.at >= later],
      [{ until: later }, (e) => e.at < later],
    ];
    for (const [query, fits] of cases) {
      const expected = all.filter(fits);
      expect(expected.length, JSON.stringify(query)).toBeGreaterThan(0);
      expect(await audit(query), JSON.stringify(query)).toEqual(expected);
      expect(await audit({ ...query, object: id })).toEqual(expected.filter((e) => e.object?.id === id));
    }
    expect(await audit({ address: '192.0.2.1' })).toEqual([]);
    expect(await audit({ action: 'updated', route: 'models.delete' })).toEqual([]);
  });

  it('pages through the list, and new entries shift no page', async () => {
    const user = await callers.user({});
    for (let count = 0; count < 12; count++) {
      await callers.ok('POST', '/v1/models', { namespace: 'paged', name: `m${count}` });
      await server.api('GET', '/v1/models');
    }
    const before = await audit();
    const found: typeof before = [];
    let path = '/v1/audit?limit=7';
    for (let page = 0; ; page++) {
      const { body } = await callers.admin('GET', path);
      found.push(...body.items);
      // One entry of each source, and half of the changes get sequenced.
      await callers.ok('POST', '/v1/models', { namespace: freshName('ns'), name: 'm' });
      await user.api('GET', '/v1/audit');
      await sequence(server.db, page % 2 === 0 ? 3 : 1000);
      if (body.nextCursor === null) break;
      path = `/v1/audit?limit=7&cursor=${body.nextCursor}`;
    }
    expect(found).toEqual(before);
    expect(before.length).toBeGreaterThan(20);
    const keys = before.map(({ at, id }) => `${at} ${id.padStart(10, '0')}`);
    expect(keys).toEqual([...keys].sort().reverse());
    expect(new Set(before.map(({ id }) => id)).size).toBe(before.length);
  });

  it.each([
    ['cursor=x', 'cursor'],
    [`cursor=${Buffer.from('[1]').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from('[1e300,1]').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from('[9007199254740991,1]').toString('base64url')}`, 'cursor'],
    ['outcome=failed', 'outcome'],
    ['since=yesterday', 'since'],
    ['object=m', 'object'],
    ['nosuch=1', 'nosuch'],
  ])('returns 422 for %s', async (query, field) => {
    const { status, body } = await callers.admin('GET', `/v1/audit?${query}`);
    expect(status).toBe(422);
    expect(body.errors[0]).toMatchObject({ in: 'query', pointer: `/${field}` });
  });
});

describe('access to the audit', () => {
  it('lets admins of a namespace read the entries of that namespace and those below only', async () => {
    const namespace = freshName('ns');
    const admin = await callers.user({ [namespace]: 'admin' });
    await callers.ok('POST', '/v1/models', { namespace: `${namespace}/sub`, name: 'm' });
    await callers.ok('POST', '/v1/models', { namespace: `${namespace}2`, name: 'm' });
    const stranger = await callers.user({});
    await stranger.api('GET', `/v1/models/${ref(`${namespace}/sub/m`)}`);
    const seen = await auditOf(admin.api, { namespace });
    expect(seen).toEqual(await audit({ namespace }));
    expect(seen[0]).toMatchObject({ outcome: 'denied', actor: stranger.name, namespace: `${namespace}/sub` });
    expect(await auditOf(admin.api, { namespace: `${namespace}/sub` })).toEqual(
      await audit({ namespace: `${namespace}/sub` }),
    );
    expect((await admin.api('GET', `/v1/audit?namespace=${namespace}2`)).status).toBe(404);
    const whole = await admin.api('GET', '/v1/audit');
    expect(whole.body).toMatchObject({ status: 403, detail: expect.stringContaining('`namespace`') });
  });

  it('denies lower roles, for the list and the export', async () => {
    const namespace = freshName('ns');
    for (const role of ['viewer', 'contributor', 'maintainer'] as const) {
      const user = await callers.user({ [namespace]: role });
      for (const path of ['/v1/audit', '/v1/audit/export'])
        expect((await user.api('GET', `${path}?namespace=${namespace}`)).status).toBe(403);
    }
  });

  it('hides entries of a former namespace of the same name, except from administrators', async () => {
    const namespace = freshName('taken');
    const [first, second] = [await callers.user({}), await callers.user({})];
    const { body: model } = await first.api('POST', '/v1/models', { namespace, name: 'secret-plan' });
    await first.api('DELETE', `/v1/models/${model.id}`);
    server.advance(31 * 86_400_000);
    const { purge } = await import('../../workers/purge.ts');
    while ((await purge(server.ctx, 100)) > 0);
    expect((await first.api('DELETE', `/v1/namespaces/${namespace}`)).status).toBe(204);
    expect((await audit({ namespace })).length).toBeGreaterThan(3);
    // Until then, the former grants of the namespace are kept.
    server.advance(31 * 86_400_000);
    await second.api('POST', '/v1/models', { namespace, name: 'mine' });
    const seen = await auditOf(second.api, { namespace });
    expect(JSON.stringify(seen)).not.toContain('secret-plan');
    expect(JSON.stringify(seen)).not.toContain(first.name);
    expect(seen).toContainEqual(expect.objectContaining({ action: 'created', actor: second.name }));
    const earlier = await auditOf(second.api, { namespace, since: '2000-01-01T00:00:00Z' });
    expect(earlier).toEqual(seen);
    expect(JSON.stringify(await audit({ namespace }))).toContain('secret-plan');
    expect((await first.api('GET', `/v1/audit?namespace=${namespace}`)).status).toBe(404);
  });

  it('lets an administrator token that is narrowed to a namespace read that namespace', async () => {
    const namespace = freshName('ns');
    await callers.ok('PUT', grantsOf(namespace, 'user:x'), { role: 'viewer' });
    const holder = await callers.holder(namespace, ['audit.read']);
    expect(await auditOf(holder.api, { namespace })).toEqual(await audit({ namespace }));
    expect((await holder.api('GET', '/v1/audit')).status).toBe(403);
  });
});
