import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshName, newCheckpoint, newExperiment, newModel } from '../../../testing/objects.ts';
import { atOnce } from '../../../testing/races.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { begin } from '../../../testing/uploads.ts';

/*
 * Many writers under the same quotas on two servers with one database: stored and reserved bytes never exceed a quota,
 * at any time.
 */

let server: TestServer;
let beside: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  beside = await startTestServer({}, undefined, server);
});
afterAll(async () => {
  await beside.stop();
  await server.stop();
});

const setQuota = (namespace: string, quotaBytes: number | null) =>
  server.api('PATCH', `/v1/namespaces/${ref(namespace)}`, { quotaBytes });

interface Held {
  path: string;
  quota: number;
  charged: number | null;
  held: number;
}

/** Reads the usage under each quota below a namespace in one statement. */
const heldUnder = async (root: string): Promise<Held[]> =>
  (
    await server.db.background.query<Held>(
      `SELECT n.path, n.quota_bytes AS quota, n.quota_charged AS charged, u.used + u.uploading AS held
       FROM namespaces n, namespace_usage(n.path) AS u
       WHERE n.quota_bytes IS NOT NULL AND (n.path = $1 OR starts_with(n.path, $1 || '/'))`,
      [root],
    )
  ).rows;

function demandHeld(found: readonly Held[]): void {
  for (const { path, quota, charged, held } of found) {
    expect(held, path).toBeLessThanOrEqual(quota);
    // The fast check relies on this counter.
    if (charged !== null) expect(charged, path).toBeGreaterThanOrEqual(held);
  }
}

/** Requests may fail only because of a quota, or because their source does not exist yet. */
function demand(answer: { status: number; body: any }, ...statuses: number[]): typeof answer {
  if (!statuses.includes(answer.status))
    throw new Error(`${answer.status} ${JSON.stringify(answer.body)}, not ${statuses.join(' or ')}`);
  return answer;
}

const stream = (on: TestServer, path: string, content: Uint8Array) =>
  on.api('PUT', path, new Blob([content]).stream());

it('never exceeds a quota with concurrent uploads, attaches, promotions and open uploads', async () => {
  const root = freshName('race');
  const leaves = [`${root}/a`, `${root}/a/b`, `${root}/c`];
  const models = await Promise.all(leaves.map((namespace) => newModel(server, { namespace })));
  const library = await newModel(server, { namespace: freshName('library') });
  const known: string[] = await atOnce(4, async (index) => {
    const path = `/v1/models/${library.id}/files/${index}`;
    return (await stream(server, path, randomBytes(700 + index))).body.sha256;
  });
  const experiment = await newExperiment(server, { namespace: `${root}/runs` });
  const checkpoints = await atOnce(3, async (epoch) => {
    const made = await newCheckpoint(server, { epoch, status: 'pending' }, experiment);
    await stream(server, `/v1/checkpoints/${made.id}/files/w`, randomBytes(900));
    await server.api('POST', `/v1/checkpoints/${made.id}/finalize`);
    return made;
  });
  demand(await setQuota(root, 12_000), 200);
  demand(await setQuota(`${root}/a`, 5_000), 200);
  demand(await setQuota(`${root}/a/b`, 2_500), 200);

  let refusals = 0;
  const worker = async (index: number) => {
    const on = index % 2 === 0 ? server : beside;
    for (let round = 0; round < 8; round++) {
      const model = models[(index + round) % models.length];
      const path = `/v1/models/${model.id}/files`;
      const act = (index * 5 + round) % 6;
      const name = `${index}-${round % 3}`;
      const answer =
        act < 2
          ? demand(await stream(on, `${path}/${name}`, randomBytes(400 + index)), 200, 201, 413)
          : act === 2
            ? demand(
                await on.api('POST', `${path}/attach`, {
                  files: known.slice(0, 1 + (round % 4)).map((sha256, at) => ({ path: `k${at}`, sha256 })),
                }),
                200,
                413,
              )
            : act === 3
              ? demand(await begin(on, 'model', model, { path: `u${name}`, sizeBytes: 600 }), 201, 413)
              : act === 4
                ? demand(
                    await on.api('POST', `/v1/checkpoints/${checkpoints[round % 3].id}/promote`, {
                      model: model.id,
                      version: `v${index}-${round}`,
                    }),
                    201,
                    413,
                  )
                : demand(await on.api('DELETE', `${path}/${index}-0`), 204, 404);
      if (answer.status === 413) refusals++;
      // Some reservations are released.
      if (act === 3 && answer.status === 201 && round % 2 === 0)
        demand(await on.api('DELETE', `/v1/uploads/${answer.body.id}`), 204);
    }
  };
  let isOver = false;
  const work = atOnce(10, worker).finally(() => {
    isOver = true;
  });
  const watch = async () => {
    while (!isOver) demandHeld(await heldUnder(root));
  };
  await Promise.all([work, watch()]);
  const found = await heldUnder(root);
  expect(found).toHaveLength(3);
  demandHeld(found);
  expect(refusals).toBeGreaterThan(0);
}, 120_000);

it('gives the last free bytes to one of several requests', async () => {
  const root = freshName('race');
  const models = await atOnce(8, () => newModel(server, { namespace: root }));
  demand(await setQuota(root, 1_000), 200);
  const answers = await Promise.all(
    models.map((model, index) =>
      stream(index % 2 ? server : beside, `/v1/models/${model.id}/files/a`, randomBytes(600)),
    ),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([
    201,
    ...Array.from({ length: 7 }, () => 413),
  ]);
  // The same content counts once, even if it is uploaded concurrently.
  const content = randomBytes(400);
  const same = await Promise.all(
    models.map((model, index) =>
      stream(index % 2 ? server : beside, `/v1/models/${model.id}/files/b`, content),
    ),
  );
  expect(same.map(({ status }) => status)).toEqual(models.map(() => 201));
});

it('counts content that is being stored while the first quota is set', async () => {
  const root = freshName('race');
  const model = await newModel(server, { namespace: root });
  const known = await stream(server, `/v1/models/${model.id}/files/a`, randomBytes(10));
  const writer = await server.db.requests.connect();
  try {
    // A writer that found no quota, and has not committed yet.
    await writer.query('BEGIN');
    await writer.query(
      `WITH stored AS (INSERT INTO blobs (id, sha256, key, size_bytes, created_at)
         SELECT gen_random_uuid(), repeat('a', 64), 'late', 600, now() RETURNING id)
       INSERT INTO files (id, object_kind, object_id, path, role, size_bytes, sha256, state, blob_id, created_by,
         created_at)
       SELECT gen_random_uuid(), 'model', $1, 'late', 'other', 600, repeat('a', 64), 'verified', id, 'x', now()
       FROM stored`,
      [model.id],
    );
    expect(
      (await writer.query('SELECT * FROM charge_quotas($1, 600, $2, NULL)', [root, model.id])).rows,
    ).toEqual([]);
    const setting = setQuota(root, 1_000);
    const waiting = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    await expect.poll(async () => (await server.db.background.query(waiting)).rowCount).toBeGreaterThan(0);
    await writer.query('COMMIT');
    demand(await setting, 200);
  } finally {
    writer.release();
  }
  demand(known, 201);
  demandHeld(await heldUnder(root));
  demand(await stream(server, `/v1/models/${model.id}/files/b`, randomBytes(391)), 413);
  demand(await stream(server, `/v1/models/${model.id}/files/b`, randomBytes(390)), 201);
});
