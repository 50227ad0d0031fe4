import { afterAll, beforeAll, expect, test } from 'vitest';
import { changesOf, freshName } from '../../../testing/objects.ts';
import { policyTests } from '../../../testing/policies.ts';
import { atOnce } from '../../../testing/races.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { purge } from '../../workers/purge.ts';
import { forgetRemoved, retainDue } from '../../workers/retention.ts';
import { sweepBlobs } from '../../workers/store/blob-sweep.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { ok } = policyTests(() => server);
const DAY = 86_400_000;
const FILES = 3;
type Kind = 'versions' | 'checkpoints';

/** Makes versions or checkpoints whose files retention removed, and their parent. `grace` is a day. */
async function bare(kind: Kind, count = 1): Promise<{ id: string; ids: string[]; parent: string }> {
  const namespace = freshName('ns');
  const above = kind === 'versions' ? 'models' : 'experiments';
  const { id: parent } = await ok('POST', `/v1/${above}`, { namespace, name: 'it' });
  if (kind === 'checkpoints') await ok('PATCH', `/v1/experiments/${parent}`, { status: 'finished' });
  const ids: string[] = [];
  for (let place = 0; place < count; place++) {
    const body = kind === 'versions' ? { version: `v${place}` } : { epoch: place };
    const { id } = await ok('POST', `/v1/${above}/${parent}/${kind}`, body);
    for (let file = 0; file < FILES; file++)
      await ok('PUT', `/v1/${kind}/${id}/files/${file}.bin`, `${namespace} ${place} ${file}`);
    await ok('POST', `/v1/${kind}/${id}/finalize`);
    ids.push(id);
  }
  const rule = { keep: [{ youngerThan: 'PT1S' }], remove: 'files', grace: 'P1D' };
  await ok('PUT', `/v1/namespaces/${namespace}/policy`, { retain: { [kind]: rule } });
  server.advance(900_001);
  await retainDue(server.ctx);
  return { id: ids[0] as string, ids, parent };
}

const get = (kind: string, id: string) => ok('GET', `/v1/${kind}/${id}`);
const restore = (kind: string, id: string) => server.api('POST', `/v1/${kind}/${id}/restore`);
const over = (kind: string) =>
  new RegExp(
    `^Retention removed the files of the ${kind} at \\S+\\. They can no longer be restored\\. Use another ${kind}\\.$`,
  );

test.each(['versions', 'checkpoints'] as const)(
  'returns 404 for the files of %s after their grace time, before and after purge and sweep',
  async (kind) => {
    const { id } = await bare(kind);
    server.advance(DAY + 1);
    const before = await changesOf(server, id);
    const refused = async () => {
      const { status, body } = await restore(kind, id);
      expect([status, body.code]).toEqual([404, 'not_found']);
      expect(body.detail).toMatch(over(kind.slice(0, -1)));
      expect(await get(kind, id)).toMatchObject({ fileCount: 0, filesRemovedAt: expect.any(String) });
    };
    await refused();
    await forgetRemoved(server.ctx);
    await refused();
    await sweepBlobs(server.ctx);
    server.advance(2 * DAY);
    await sweepBlobs(server.ctx);
    await refused();
    expect(await changesOf(server, id)).toHaveLength(before.length);
  },
);

test.each(['versions', 'checkpoints'] as const)('restores %s repeatedly and concurrently', async (kind) => {
  const { id } = await bare(kind);
  const answers = await atOnce(3, () => restore(kind, id));
  for (const { status, body } of [...answers, await restore(kind, id)]) {
    expect(status).toBe(200);
    expect(body).toMatchObject({ fileCount: FILES, filesRemovedAt: null });
  }
  const told = (await changesOf(server, id)).filter(({ action }) => action === 'files_restored');
  expect(told).toHaveLength(1);
});

test.each(['versions', 'checkpoints'] as const)(
  'restores %s without files and says so, and returns 404 for a second restore',
  async (kind) => {
    const { id } = await bare(kind);
    server.advance(DAY + 1);
    await ok('DELETE', `/v1/${kind}/${id}`);
    const { status, body } = await restore(kind, id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ deletedAt: null, fileCount: 0, filesRemovedAt: expect.any(String) });
    expect((await restore(kind, id)).status).toBe(404);
  },
);

test.each([
  ['versions', 'models', 'model'],
  ['checkpoints', 'experiments', 'experiment'],
] as const)(
  'returns 409 for %s below a deleted parent, and 404 if the parent cannot be restored either',
  async (kind, above, word) => {
    const { id, parent } = await bare(kind);
    await ok('DELETE', `/v1/${above}/${parent}`);
    const refused = await restore(kind, id);
    expect(refused.body).toMatchObject({ status: 409, code: 'conflict', id: parent });
    await ok('POST', `/v1/${above}/${parent}/restore`);
    expect((await restore(kind, id)).body).toMatchObject({ fileCount: FILES, filesRemovedAt: null });
    await ok('DELETE', `/v1/${above}/${parent}`);
    server.advance(30 * DAY + 1);
    const late = await restore(kind, id);
    expect(late.body).toMatchObject({ status: 404, code: 'not_found' });
    expect(late.body.detail).toMatch(
      new RegExp(`^The ${word} was deleted at \\S+\\. It can no longer be restored\\.$`),
    );
    await purge(server.ctx, 100);
    expect((await restore(kind, id)).body).toMatchObject({ status: 404, code: 'not_found' });
  },
);

test('protects files from the purge during a restore', async () => {
  const { id } = await bare('checkpoints');
  const held = await server.db.requests.connect();
  await held.query('BEGIN');
  await held.query('SELECT 1 FROM checkpoints WHERE id = $1 FOR NO KEY UPDATE', [id]);
  server.advance(DAY + 1);
  await forgetRemoved(server.ctx);
  const left = async () =>
    Number(
      (await server.db.requests.query('SELECT count(*) FROM removed_files WHERE object_id = $1', [id]))
        .rows[0].count,
    );
  expect(await left()).toBe(FILES);
  await held.query('COMMIT');
  held.release();
  await forgetRemoved(server.ctx);
  expect(await left()).toBe(0);
});

test('restores all files or none if the purge runs concurrently', async () => {
  const { ids } = await bare('versions', 8);
  // The clock of the purging server is two days ahead.
  const ahead = new Date(server.ctx.now().getTime() + 2 * DAY);
  for (const id of ids) {
    const purged = server.db.requests.query('SELECT files FROM purge_removed_files(1, $1)', [ahead]);
    const { status } = await restore('versions', id);
    await purged;
    const { fileCount, filesRemovedAt } = await get('versions', id);
    if (status === 200) expect([fileCount, filesRemovedAt]).toEqual([FILES, null]);
    else expect([status, fileCount]).toEqual([404, 0]);
  }
});
