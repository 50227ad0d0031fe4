import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from '../../../testing/audit.ts';
import { changesOf } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { withToken } from '../../../testing/tokens.ts';
import { sequence } from '../../workers/sequencer.ts';
import { bootstrap } from './bootstrap.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
});
afterAll(() => server?.stop());

it('records the first administrator token like every other, without its secret', async () => {
  const secret = `chosen-${'x'.repeat(40)}`;
  expect(await bootstrap(server.ctx, secret)).toBe(true);
  const api = withToken(server, secret);
  const { tokenId, name } = (await api('GET', '/v1/whoami')).body;
  expect(name).toBe('user:admin');
  await sequence(server.db, 100);
  const items = await auditOf(api, { outcome: 'written' });
  expect(items).toMatchObject([
    { actor: 'modelbox', action: 'created', object: { kind: 'token', id: tokenId } },
  ]);
  const [made] = await changesOf(server, tokenId);
  expect(made?.after).toMatchObject({ principal: 'user:admin', administrator: true, createdBy: 'modelbox' });
  expect(JSON.stringify([items, made])).not.toContain(secret);
  expect(await bootstrap(server.ctx, secret)).toBe(false);
  expect(await bootstrap(server.ctx, `another-${'x'.repeat(40)}`)).toBe(false);
  // A revoked token stays revoked. Another one replaces it, because no administrator is left.
  await api('DELETE', `/v1/tokens/${tokenId}`);
  expect(await bootstrap(server.ctx, secret)).toBe(false);
  expect((await api('GET', '/v1/whoami')).status).toBe(401);
  expect(await bootstrap(server.ctx, `another-${'x'.repeat(40)}`)).toBe(true);
});
