import { afterAll, beforeAll, expect, it } from 'vitest';
import { newExperiment, newModel } from '../../testing/objects.ts';
import { atOnce } from '../../testing/races.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { begin, complete, download, putPart, sha256 } from '../../testing/uploads.ts';
import { purge } from './purge.ts';
import { deletePending, sweepBlobs } from './store/blob-sweep.ts';
import { findOrphans, liveUploads, markOrphans } from './store/orphan-sweep.ts';
import { cleanUploads, expireUploads } from './store/upload-cleanup.ts';
import { verifyNextUpload } from './store/upload-verify.ts';

/*
 * Two servers receive uploads of the same few contents to the same few paths. Clients complete uploads twice, abort
 * them, send wrong hashes, and delete and purge the objects. The workers have no grace times. In every order, each
 * verified file can be read, each upload ends, and the store has no content without a file.
 */

let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer({ blobGrace: 0, deleteGrace: 0 });
  second = await startTestServer({ blobGrace: 0, deleteGrace: 0 }, undefined, server);
});
afterAll(async () => {
  await second?.stop();
  await server?.stop();
});

const ROUNDS = 25;
const CONTENTS = Array.from({ length: 3 }, (_, index) => Buffer.alloc(2_000 + index, index + 1));
const LIE = sha256(Buffer.from('another content'));

/** The same random numbers in each run. Only the interleaving differs. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** Requests may fail only because another one was faster. */
function demand(answer: { status: number; body: any }, ...statuses: number[]): boolean {
  if (!statuses.includes(answer.status))
    throw new Error(`${answer.status} ${JSON.stringify(answer.body)}, not ${statuses.join(' or ')}`);
  return answer.status < 300;
}

type Number = (below: number) => number;

/** Runs one upload to an end. Its object may be deleted at any time. */
async function uploadOnce(
  kind: 'model' | 'experiment',
  owner: { id: string },
  number: Number,
): Promise<void> {
  const [here, there] = number(2) === 0 ? [server, second] : [second, server];
  const content = CONTENTS[number(CONTENTS.length)] as Buffer;
  const lies = number(5) === 0 ? { sha256: LIE } : {};
  const begun = await begin(here, kind, owner, {
    path: `${number(2)}.bin`,
    sizeBytes: content.length,
    ...lies,
  });
  if (!demand(begun, 201, 404)) return;
  const upload = begun.body as { id: string };
  demand(await putPart(there, upload, 1, content), 200, 404, 409);
  const ends = [
    async () => demand(await complete(here, upload), 200, 404, 409),
    async () => demand(await complete(there, upload), 200, 404, 409),
    async () => demand(await there.api('DELETE', `/v1/uploads/${upload.id}`), 204, 404, 409),
    async () => demand(await putPart(here, upload, 1, content), 200, 404, 409),
  ];
  const act = number(6);
  if (act === 0) return;
  await Promise.all(act < 3 ? ends.slice(0, 2).map((end) => end()) : ends.map((end) => end()));
}

/** Uploads to a shared model, in parts and plainly, reads and deletes. */
async function changeModel(model: { id: string }, seed: number): Promise<void> {
  const number = numbersFrom(seed);
  for (let round = 0; round < ROUNDS; round++) {
    const path = `/v1/models/${model.id}/files/${number(2)}.bin`;
    const act = number(6);
    if (act < 3) await uploadOnce('model', model, number);
    else if (act === 3)
      demand(await server.api('PUT', path, CONTENTS[number(CONTENTS.length)]), 200, 201, 503);
    else if (act === 4) demand(await second.api('DELETE', path), 204, 404);
    else demand(await server.api('GET', path), 200, 404, 409);
  }
}

/** Uploads to new experiments, which are deleted meanwhile and purged soon. */
async function deleteRuns(seed: number): Promise<void> {
  const number = numbersFrom(seed);
  for (let round = 0; round < ROUNDS / 2; round++) {
    const run = await newExperiment(server);
    const uploading = [1, 2].map(() => uploadOnce('experiment', run, number));
    if (number(2) === 0) await uploading[0];
    demand(await server.api('DELETE', `/v1/experiments/${run.id}`), 204);
    await Promise.all(uploading);
  }
}

/** Stricter than any server: data without a blob or upload at this moment already counts as an orphan. */
async function markAllOrphans(): Promise<void> {
  const { orphans } = await findOrphans(server.ctx, new Date(Date.now() + 60_000));
  await markOrphans(server.ctx, orphans);
}

async function workUntil({ ctx }: TestServer, isOver: () => boolean): Promise<void> {
  for (let turn = 0; !isOver(); turn++) {
    await Promise.all([verifyNextUpload(ctx), verifyNextUpload(ctx)]);
    if (turn % 4 === 0)
      await ctx.db.requests.query(
        `UPDATE uploads SET expires_at = now() WHERE id IN (
           SELECT id FROM uploads WHERE state = 'open' AND created_at < now() - interval '0.3 s'
           ORDER BY id FOR UPDATE SKIP LOCKED)`,
      );
    await expireUploads(ctx);
    await cleanUploads(ctx);
    await purge(ctx, 10);
    await sweepBlobs(ctx);
    if (turn % 3 === 0) await markAllOrphans();
    await deletePending(ctx);
  }
}

it('ends every upload, keeps every verified file readable, and stores nothing else', async () => {
  const models = await atOnce(2, () => newModel(server));
  let isOver = false;
  const work = Promise.all([
    ...models.flatMap((model, index) => [0, 1, 2].map((n) => changeModel(model, index * 10 + n))),
    ...[100, 101].map(deleteRuns),
  ]).finally(() => {
    isOver = true;
  });
  await Promise.all([work, workUntil(server, () => isOver), workUntil(second, () => isOver)]);

  while (await verifyNextUpload(server.ctx));
  server.advance(8 * 86_400_000);
  await expireUploads(server.ctx);
  await cleanUploads(server.ctx);
  while ((await purge(server.ctx, 100)) > 0);
  await sweepBlobs(server.ctx);
  await markAllOrphans();
  await deletePending(server.ctx);

  const { rows: states } = await server.db.requests.query<{ state: string }>(
    'SELECT DISTINCT state FROM uploads',
  );
  const ends = states.map((row) => row.state);
  for (const unended of ['open', 'verifying']) expect(ends).not.toContain(unended);
  for (const end of ['complete', 'expired']) expect(ends).toContain(end);
  expect(await liveUploads(server.ctx)).toEqual(new Set());
  const { rows: files } = await server.db.requests.query<{
    object: string;
    path: string;
    sha256: string;
    state: string;
  }>('SELECT object_id AS object, path, sha256, state FROM files');
  for (const { object, path, sha256: hash, state } of files) {
    expect(['verified', 'rejected']).toContain(state);
    const { status, body } = await download(second, `/v1/models/${object}/files/${path}`);
    expect(status).toBe(state === 'verified' ? 200 : 409);
    if (state === 'verified') expect(sha256(body)).toBe(hash);
  }
  const { rows: kept } = await server.db.requests.query<{ key: string }>(
    'SELECT DISTINCT b.key FROM files f JOIN blobs b ON b.id = f.blob_id ORDER BY 1',
  );
  expect(await Array.fromAsync(server.ctx.blobs.list(), (blob) => blob.key)).toEqual(
    kept.map((row) => row.key),
  );
  expect((await server.db.requests.query('SELECT 1 FROM blobs')).rowCount).toBe(kept.length);
  expect(await server.ctx.blobs.sweepTemporary(new Date('2999-01-01'))).toBe(0);
}, 120_000);
