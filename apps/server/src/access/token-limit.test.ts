import { afterAll, beforeAll, expect, it } from 'vitest';
import { atOnce, statusesOf } from '../../testing/races.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf } from '../../testing/tokens.ts';

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens', maxTokens: 3, tokenIdleExpiry: 30 * 86_400_000 });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

const HOUR = 3_600_000;

it('409 limit_reached over MODELBOX_MAX_TOKENS, and says how to free some', async () => {
  const ann = await callers.user({});
  const mint = (fields: object = {}) => ann.api('POST', '/v1/tokens', { name: 'mine', ...fields });
  const expiresAt = new Date(server.ctx.now().getTime() + HOUR).toISOString();
  const second = await mint();
  expect([second.status, (await mint({ expiresAt })).status]).toEqual([201, 201]);
  const refused = await mint();
  expect(refused.body).toMatchObject({ status: 409, code: 'limit_reached' });
  expect(refused.body.detail).toBe(
    `${ann.name} has 3 tokens, and MODELBOX_MAX_TOKENS allows no more. Revoke unused tokens with ` +
      'DELETE /v1/tokens/{token}. GET /v1/tokens lists them with their last use. A token with ' +
      'expiresAt stops counting when it expires.',
  );
  // The limit binds an administrator who creates a token for this owner. It does not affect other owners.
  expect((await callers.admin('POST', '/v1/tokens', { name: 'x', principal: ann.name })).status).toBe(409);
  expect((await (await callers.user({})).api('POST', '/v1/tokens', { name: 'x' })).status).toBe(201);
  expect((await ann.api('DELETE', `/v1/tokens/${second.body.id}`)).status).toBe(204);
  expect((await mint()).status).toBe(201);
  expect((await mint()).status).toBe(409);
  server.advance(2 * HOUR);
  expect((await mint()).status, 'one has expired').toBe(201);
});

it('concurrent creates at the limit: exactly as many succeed as are allowed', async () => {
  const ann = await callers.user({});
  const answers = await atOnce(6, () => ann.api('POST', '/v1/tokens', { name: 'mine' }));
  expect(statusesOf(answers)).toEqual([201, 201, 409, 409, 409, 409]);
});
