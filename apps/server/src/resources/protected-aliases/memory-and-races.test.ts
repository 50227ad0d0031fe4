import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { champion, onVal, policyTests } from '../../../testing/policies.ts';
import type { TestServer } from '../../../testing/test-server.ts';
import { type Callers, startPair, withToken } from '../../../testing/tokens.ts';
import { decideDue } from '../../workers/policies.ts';
import { sequence } from '../../workers/sequencer.ts';

let server: TestServer;
let second: TestServer;
let callers: Callers;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ server, second, callers, stop } = await startPair());
});
afterAll(() => stop());

const { decideAll } = policyTests(() => server);

/** Makes a model in a new namespace, with `prod` on v1. */
async function world() {
  const namespace = freshName('team');
  const { id } = await callers.ok('POST', '/v1/models', { namespace, name: 'yolo' });
  const url = `/v1/models/${id}`;
  for (const version of ['v1', 'v2']) await callers.ok('POST', `${url}/versions`, { version, files: [] });
  await callers.ok('PUT', `${url}/aliases/prod`, { version: 'v1' });
  return { namespace, url };
}
const holder = async (url: string) => (await callers.ok('GET', `${url}/aliases/prod`)).version;
const open = async (url: string): Promise<any[]> =>
  (await callers.ok('GET', `${url}/proposals?state=open`)).items;
const better = (url: string, version: string, value: number) =>
  callers.ok('POST', `${url}/versions`, { version, files: [], metrics: [onVal(value)] });

/** Counts the sessions of the database that wait for another transaction. */
const waiting = async (): Promise<number> =>
  (
    await server.db.background.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'`,
    )
  ).rowCount ?? 0;

it('denies a move by current rights, not by cached ones', async () => {
  const { namespace, url } = await world();
  const caller = await callers.user({ [namespace]: 'maintainer' });
  await callers.ok('PUT', `${url}/protected-aliases/prod`, { by: 'role', role: 'admin' });
  const move = () => withToken(second, caller.secret)('PUT', `${url}/aliases/prod`, { version: 'v2' });
  expect((await move()).status).toBe(403);
  await callers.ok('PUT', `/v1/namespaces/${namespace}/grants/${caller.name}`, { role: 'admin' });
  expect((await move()).status).toBe(200);
});

it('supersedes a proposal when its rule may move the alias by itself again', async () => {
  const { namespace, url } = await world();
  await callers.ok('POST', '/v1/datasets', { namespace, name: 'val' });
  await callers.ok('PUT', `${url}/policy`, { label: [{ ...champion, alias: 'prod' }] });
  const protect = () => callers.ok('PUT', `${url}/protected-aliases/prod`, { by: 'proposal' });
  await protect();
  await better(url, 'good', 1);
  await decideAll();
  expect(await open(url)).toMatchObject([{ version: 'good' }]);
  await callers.ok('DELETE', `${url}/protected-aliases/prod`);
  await better(url, 'best', 2);
  await decideAll();
  expect(await holder(url)).toBe('best');
  expect(await open(url)).toEqual([]);
  // A proposal of a version that no longer meets the rule is superseded too.
  await protect();
  const { id } = await better(url, 'diverged', 3);
  await decideAll();
  expect(await open(url)).toMatchObject([{ version: 'diverged' }]);
  await callers.ok('DELETE', `${url}/protected-aliases/prod`);
  await callers.ok('POST', `/v1/versions/${id}/metrics`, { metrics: [{ ...onVal(0.1), step: 1 }] });
  await decideAll();
  expect(await holder(url)).toBe('best');
  expect(await open(url)).toEqual([]);
});

it('makes a running rule propose as soon as its alias is protected', async () => {
  const { namespace, url } = await world();
  await callers.ok('POST', '/v1/datasets', { namespace, name: 'val' });
  await callers.ok('PUT', `${url}/policy`, { label: [{ ...champion, alias: 'prod' }] });
  const { id } = await better(url, 'good', 1);
  while ((await sequence(server.db, 10_000)) > 0);
  const client = await server.db.requests.connect();
  try {
    await client.query('BEGIN');
    // The rule has begun, and waits for the lock of the version.
    await client.query('SELECT 1 FROM versions WHERE id = $1 FOR UPDATE', [id]);
    const decided = decideDue(server.ctx);
    await expect.poll(() => waiting(), { timeout: 10_000 }).toBe(1);
    await callers.ok('PUT', `${url}/protected-aliases/prod`, { by: 'proposal' });
    await client.query('COMMIT');
    await decided;
  } finally {
    client.release(true);
  }
  expect(await holder(url)).toBe('v1');
  expect(await open(url)).toMatchObject([{ version: 'good' }]);
});

it('lets another team protect an alias of the same name during a slow move', async () => {
  const [ours, theirs] = [await world(), await world()];
  await callers.ok('PUT', `${ours.url}/aliases/stuck`, { version: 'v1' });
  const client = await server.db.requests.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT 1 FROM aliases WHERE name = 'stuck' FOR UPDATE`);
    const body = { version: 'v3', files: [], aliases: ['prod', 'stuck'] };
    const moving = callers.admin('POST', `${ours.url}/versions`, body);
    await expect.poll(() => waiting(), { timeout: 10_000 }).toBe(1);
    await callers.ok('PUT', `${theirs.url}/protected-aliases/prod`, { by: 'rule' });
    expect((await callers.admin('PUT', `${theirs.url}/aliases/prod`, { version: 'v2' })).status).toBe(403);
    await client.query('COMMIT');
    expect((await moving).status).toBe(201);
  } finally {
    client.release(true);
  }
});
