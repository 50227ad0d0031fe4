import { Writable } from 'node:stream';
import { routeList } from '@modelbox/schema';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { newKey } from '../../testing/oidc-issuer.ts';
import { rawRequest } from '../../testing/raw-request.ts';
import { startTestServer } from '../../testing/test-server.ts';
import { callersOf, withToken } from '../../testing/tokens.ts';

it('no log line and no change contains a secret, wherever a caller puts it', async () => {
  let log = '';
  const sink = new Writable({
    write(chunk, _, done) {
      log += String(chunk);
      done();
    },
  });
  const server = await startTestServer(
    { auth: 'tokens' },
    undefined,
    undefined,
    pino({ level: 'trace' }, sink),
  );
  try {
    const callers = await callersOf(server);
    const { secret, id } = await callers.token({ principal: 'user:ann', administrator: true });
    const jwt = await (await newKey('http://127.0.0.1:9')).sign({ sub: 'ann' });
    const { api } = { api: withToken(server, secret) };
    for (const text of [secret, jwt]) {
      for (const route of routeList) {
        const path = route.path.replaceAll(/\{\w+\*?\}/g, encodeURIComponent(text));
        await api(route.method, path);
        await api(route.method, `${route.path.replaceAll(/\{\w+\*?\}/g, 'x')}?token=${text}&filter=${text}`);
        // In encoded quotes, a secret follows a letter or a digit.
        const quoted = encodeURIComponent(`name = "${text}"`);
        await api(route.method, `${route.path.replaceAll(/\{\w+\*?\}/g, 'x')}?filter=${quoted}`);
        await api(route.method, `/v1/models/x?filter=${encodeURIComponent(quoted)}`);
      }
      for (const headers of [
        { authorization: text },
        { authorization: `Basic ${Buffer.from(`user:${text}`).toString('base64')}` },
        { authorization: `Bearer ${text}x` },
        { 'x-request-id': text },
        { 'idempotency-key': text },
        { cookie: `token=${text}` },
        { 'x-api-key': text },
        { 'if-match': `"${text}"` },
        { range: text },
        { 'content-type': text },
      ]) {
        await server.api('GET', '/v1/models', undefined, headers);
        await server.api('POST', '/v1/models', '{"token":', {
          'content-type': 'application/json',
          ...headers,
        });
        await server.api(
          'POST',
          '/v1/tokens',
          { name: 'x', principal: 'user:y' },
          { authorization: `Bearer ${secret}`, ...headers },
        );
      }
      await server.api('POST', '/v1/models', { [text]: text }, { authorization: `Bearer ${secret}` });
      await rawRequest(server, `GET /v1/models HTTP/1.1\r\nAuthorization: Bearer ${text}\r\n\r\n`);
      await rawRequest(
        server,
        `GET /v1/models?access_token=${text} HTTP/1.1\r\nHost: a\r\nBad Header ${text}\r\n\r\n`,
      );
    }
    await callers.ok('DELETE', `/v1/tokens/${id}`);
    expect(log.split('\n').length).toBeGreaterThan(400);
    for (const text of [secret, jwt, jwt.split('.')[1] as string, jwt.split('.')[2] as string])
      expect(log).not.toContain(text);
    // An idempotency key is any text of the caller, and only its hash is stored.
    const tables = ['changes', 'tokens', 'grants', 'idempotency_receipts', 'access_changes'];
    for (const table of tables) {
      const { rows } = await server.db.requests.query(`SELECT t::text AS text FROM ${table} t`);
      for (const text of [secret, jwt])
        expect(
          rows.some((row) => row.text.includes(text)),
          table,
        ).toBe(false);
    }
  } finally {
    await server.stop();
  }
});
