import { type Permission, ROLE_PERMISSIONS, type Role } from '@modelbox/schema';
import { bootstrap } from '../src/resources/tokens/bootstrap.ts';
import type { NaiveGrant } from './naive-access.ts';
import { freshName } from './objects.ts';
import { ref, startTestServer, type TestAnswer, type TestServer } from './test-server.ts';

export interface Caller {
  readonly id: string;
  readonly secret: string;
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
}

export interface Person extends Caller {
  readonly name: string;
}

export const withToken =
  (server: TestServer, secret: string): Caller['api'] =>
  (method, path, body, headers) =>
    server.api(method, path, body, { authorization: `Bearer ${secret}`, ...headers });

/** Starts two servers on one database that require tokens, and callers of the first one. */
export async function startPair() {
  const server = await startTestServer({ auth: 'tokens' });
  const second = await startTestServer({ auth: 'tokens' }, undefined, server);
  return {
    server,
    second,
    callers: await callersOf(server),
    async stop() {
      await second.stop();
      await server.stop();
    },
  };
}

export async function callersOf(server: TestServer) {
  const root = `root-${freshName('secret')}-${'x'.repeat(32)}`;
  await bootstrap(server.ctx, root);
  const admin = withToken(server, root);
  async function ok(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await admin(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  async function token(fields: object): Promise<Caller> {
    const made = await ok('POST', '/v1/tokens', { name: 'test', ...fields });
    return { id: made.id, secret: made.token, api: withToken(server, made.token) };
  }
  return {
    ok,
    admin,
    token,
    async user(grants: Record<string, Role>): Promise<Person> {
      const name = `user:${freshName('u')}`;
      for (const [namespace, role] of Object.entries(grants))
        await ok(
          'PUT',
          `/v1/namespaces/${encodeURIComponent(namespace)}/grants/${encodeURIComponent(name)}`,
          { role },
        );
      return { name, ...(await token({ principal: name })) };
    },
    holder: (namespace: string, permissions: readonly Permission[]): Promise<Caller> =>
      token({ principal: 'service:test', administrator: true, namespaces: [namespace], permissions }),
    all: ROLE_PERMISSIONS.admin,
  };
}

export type Callers = Awaited<ReturnType<typeof callersOf>>;

/** Sets or removes the role of a principal on a namespace, on the server and in the list of the naive rules. */
export async function setRole(
  { ok }: Callers,
  grants: NaiveGrant[],
  { principal, namespace }: Omit<NaiveGrant, 'role'>,
  role: string | null,
): Promise<void> {
  const url = `/v1/namespaces/${ref(namespace)}/grants/${ref(principal)}`;
  const at = grants.findIndex((each) => each.principal === principal && each.namespace === namespace);
  if (role !== null) await ok('PUT', url, { role });
  else if (at >= 0) await ok('DELETE', url);
  if (at >= 0) grants.splice(at, 1);
  if (role !== null) grants.push({ principal, namespace, role });
}
