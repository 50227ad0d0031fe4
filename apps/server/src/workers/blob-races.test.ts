import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshName, newExperiment, newModel } from '../../testing/objects.ts';
import { atOnce } from '../../testing/races.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { purge } from './purge.ts';
import { deletePending, sweepBlobs } from './store/blob-sweep.ts';
import { findOrphans, markOrphans } from './store/orphan-sweep.ts';

/*
 * Uploads, deletes, promotions, purges and sweeps without a grace time run concurrently on the same few contents. In
 * every order, each file can be read, and in the end the store has no content without a file.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ blobGrace: 0, deleteGrace: 0 });
});
afterAll(() => server.stop());

const ROUNDS = 40;
/** Few contents, so that they collide; long enough to be distinct. */
const CONTENTS = Array.from({ length: 3 }, (_, index) => Buffer.alloc(2_000 + index, index + 1));
const contentOf = (sha256: string): Buffer | undefined =>
  CONTENTS.find((content) => createHash('sha256').update(content).digest('hex') === sha256);

/** The same random numbers in each run. Only the interleaving differs. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** Requests may fail only because another one was faster. */
function demand(answer: { status: number; body: any }, ...statuses: number[]): void {
  if (!statuses.includes(answer.status))
    throw new Error(`${answer.status} ${JSON.stringify(answer.body)}, not ${statuses.join(' or ')}`);
}

/** Uploads one of the contents. Repeats it if a sweep took it for an orphan before the commit. */
async function upload(path: string, content: Buffer | undefined): Promise<void> {
  for (;;) {
    const answer = await server.api('PUT', path, content);
    if (answer.status === 503 && answer.body.code === 'unavailable') continue;
    demand(answer, 200, 201);
    return;
  }
}

/** Uploads one of the contents to a path of a shared model, reads it, or deletes it. */
async function changeModel(model: { id: string }, seed: number): Promise<void> {
  const number = numbersFrom(seed);
  for (let round = 0; round < ROUNDS; round++) {
    const path = `/v1/models/${model.id}/files/${number(3)}.bin`;
    const act = number(5);
    if (act < 2) await upload(path, CONTENTS[number(CONTENTS.length)]);
    else if (act < 4) demand(await server.api('DELETE', path), 204, 404);
    else demand(await server.api('GET', path), 200, 404);
  }
}

/** Makes a checkpoint with content, promotes it, and deletes one or both. All of it is purged soon. */
async function promoteAndDelete(model: { id: string }, seed: number): Promise<void> {
  const number = numbersFrom(seed);
  const experiment = await newExperiment(server);
  for (let round = 0; round < ROUNDS / 2; round++) {
    const made = await server.api('POST', `/v1/experiments/${experiment.id}/checkpoints`, {
      epoch: round,
      status: 'pending',
    });
    demand(made, 201);
    const path = `/v1/checkpoints/${made.body.id}`;
    await upload(`${path}/files/w.bin`, CONTENTS[number(CONTENTS.length)]);
    demand(await server.api('POST', `${path}/finalize`), 200);
    const promoting = server.api('POST', `${path}/promote`, { model: model.id, version: freshName('v') });
    // Before, after or during the promotion.
    if (number(2) === 0) await promoting;
    const deleting = server.api('DELETE', path);
    const promoted = await promoting;
    demand(promoted, 201, 404);
    demand(await deleting, 204);
    if (promoted.status === 201 && number(2) === 0)
      demand(await server.api('DELETE', `/v1/versions/${promoted.body.id}`), 204);
  }
}

/** Stricter than any server: content that is stored but not committed yet already counts as an orphan. */
async function markAllOrphans(): Promise<void> {
  const { orphans } = await findOrphans(server.ctx, new Date(Date.now() + 60_000));
  await markOrphans(server.ctx, orphans);
}

async function sweepUntil(isOver: () => boolean): Promise<void> {
  for (let turn = 0; !isOver(); turn++) {
    await purge(server.ctx, 10);
    await sweepBlobs(server.ctx);
    if (turn % 3 === 0) await markAllOrphans();
    await deletePending(server.ctx);
  }
}

interface Row {
  kind: string;
  object: string;
  path: string;
  sha256: string;
  key: string;
}

it('keeps referenced content and frees the rest in every order', async () => {
  const models = await atOnce(3, () => newModel(server));
  const work = Promise.all([
    ...models.flatMap((model, index) => [changeModel(model, index * 2), changeModel(model, index * 2 + 1)]),
    ...models.map((model, index) => promoteAndDelete(model, 100 + index)),
  ]);
  let isOver = false;
  const settled = work.finally(() => {
    isOver = true;
  });
  await Promise.all([settled, sweepUntil(() => isOver), sweepUntil(() => isOver)]);

  const { rows: files } = await server.db.requests.query<Row>(
    `SELECT f.object_kind AS kind, f.object_id AS object, f.path, f.sha256, b.key
     FROM files f LEFT JOIN blobs b ON b.id = f.blob_id`,
  );
  expect(files.length).toBeGreaterThan(0);
  for (const { kind, object, path, sha256 } of files) {
    const expected = contentOf(sha256);
    const read = await fetch(`${server.url}/v1/${kind}s/${object}/files/${path}`);
    // Requests to a deleted owner are 404. Its content is checked below.
    if (read.status === 404) continue;
    expect(read.status).toBe(200);
    expect(expected?.equals(Buffer.from(await read.arrayBuffer()))).toBe(true);
  }
  for (const { key } of files) await server.ctx.blobs.stat(key);

  server.advance(1_000);
  while ((await purge(server.ctx, 100)) > 0);
  await sweepBlobs(server.ctx);
  await markAllOrphans();
  await deletePending(server.ctx);
  const { rows: kept } = await server.db.requests.query<{ key: string }>(
    'SELECT DISTINCT b.key FROM files f JOIN blobs b ON b.id = f.blob_id ORDER BY 1',
  );
  const inStore = await Array.fromAsync(server.ctx.blobs.list(), (blob) => blob.key);
  expect(inStore).toEqual(kept.map((row) => row.key));
  expect((await server.db.requests.query('SELECT 1 FROM blobs')).rowCount).toBe(kept.length);
}, 120_000);
