import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newExperiment, newModel } from '../../testing/objects.ts';
import { startTestServer, type TestAnswer, type TestServer } from '../../testing/test-server.ts';
import { begin } from '../../testing/uploads.ts';
import { purge } from './purge.ts';
import { deletePending, sweepBlobs } from './store/blob-sweep.ts';

/*
 * Content that is attached by its hash while it loses its last other file and a sweep without any grace is after it.
 * Whatever the order: who was told that it is attached can read it, and in the end nothing is stored that no file has.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ blobGrace: 0, deleteGrace: 0 });
});
afterAll(() => server.stop());

const sha256Of = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
const attach = (model: { id: string }, sha256: string, at = 'attached'): Promise<TestAnswer> =>
  server.api('POST', `/v1/models/${model.id}/files/attach`, { files: [{ path: at, sha256 }] });

/** Nothing may fail for another reason than that somebody else was quicker. */
function demand(answer: { status: number; body: any }, ...statuses: number[]): void {
  if (!statuses.includes(answer.status))
    throw new Error(`${answer.status} ${JSON.stringify(answer.body)}, not ${statuses.join(' or ')}`);
}

async function sweep(): Promise<void> {
  await sweepBlobs(server.ctx);
  await deletePending(server.ctx);
}

/** What files have is what lies in the store; and each of them can be read. */
async function demandWhole(): Promise<void> {
  const { rows: files } = await server.db.requests.query<{ sha256: string; key: string | null }>(
    `SELECT f.sha256, b.key FROM files f LEFT JOIN blobs b ON b.id = f.blob_id AND b.sha256 = f.sha256`,
  );
  for (const { sha256, key } of files) {
    const { stream } = await server.ctx.blobs.read(key ?? 'dangles');
    const hash = createHash('sha256');
    for await (const chunk of stream) hash.update(chunk);
    expect(hash.digest('hex')).toBe(sha256);
  }
  const inStore = await Array.fromAsync(server.ctx.blobs.list(), (blob) => blob.key);
  expect(inStore).toEqual([...new Set(files.map(({ key }) => key))].toSorted());
}

describe('step by step', () => {
  const MARK = `SELECT stamp_unreferenced('00000000-0000-0000-0000-000000000000', 1000000, now())`;
  const SWEEP = `SELECT sweep_blobs(now() + interval '1 day', 1000, now())`;

  /** Content that one file of a model has, a model to attach it to, and a connection to hold things up with. */
  async function scene() {
    const content = randomBytes(500);
    const [source, target] = [await newModel(server), await newModel(server)];
    const file = `/v1/models/${source.id}/files/a`;
    demand(await server.api('PUT', file, content), 201);
    const client = await server.db.requests.connect();
    await client.query('BEGIN');
    const sha256 = sha256Of(content);
    return {
      sha256,
      source,
      target,
      client,
      drop: async () => demand(await server.api('DELETE', file), 204),
      upload: async () => demand(await server.api('PUT', file, content), 201),
      lockTarget: () => client.query('SELECT 1 FROM models WHERE id = $1 FOR UPDATE', [target.id]),
      end: async (how: 'COMMIT' | 'ROLLBACK') => {
        await client.query(how);
        client.release();
      },
    };
  }

  /** Starts the attach, and waits until it stands before what somebody else holds. */
  async function held(attaching: Promise<TestAnswer>): Promise<{ answer: Promise<TestAnswer> }> {
    const text = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => (await server.db.background.query(text)).rowCount).toBeGreaterThan(0);
    return { answer: attaching };
  }

  /** As it is after the answer, after one more sweep, and after the file is gone again. */
  async function demandOutcome({ target }: { target: { id: string } }, answer: TestAnswer): Promise<number> {
    await sweep();
    await demandWhole();
    const path = `/v1/models/${target.id}/files/attached`;
    demand(await server.api('GET', path), answer.status);
    demand(await server.api('DELETE', path), answer.status === 200 ? 204 : 404);
    return answer.status;
  }

  it.each([
    ['is marking it', [MARK], 'COMMIT', 200],
    ['deletes it', [MARK, SWEEP], 'COMMIT', 404],
    ['deletes it, and then does not', [MARK, SWEEP], 'ROLLBACK', 200],
  ] as const)('an attach waits for a sweep that %s', async (_, steps, how, status) => {
    const at = await scene();
    await at.lockTarget();
    const { answer: looked } = await held(attach(at.target, at.sha256));
    await at.drop();
    const sweeper = await server.db.requests.connect();
    await sweeper.query('BEGIN');
    for (const step of steps) await sweeper.query(step);
    await at.end('COMMIT');
    const { answer } = await held(looked);
    await sweeper.query(how);
    sweeper.release();
    expect(await demandOutcome(at, await answer)).toBe(status);
  });

  it('content that was marked between the look and the attach is kept', async () => {
    const at = await scene();
    await at.lockTarget();
    const { answer } = await held(attach(at.target, at.sha256));
    await at.drop();
    const marked = 'SELECT 1 FROM blobs WHERE sha256 = $1 AND unreferenced_since IS NOT NULL';
    await server.db.background.query(MARK);
    expect((await server.db.background.query(marked, [at.sha256])).rowCount).toBe(1);
    await at.end('COMMIT');
    const attached = await answer;
    // Its next grace is a whole one.
    expect((await server.db.background.query(marked, [at.sha256])).rowCount).toBe(0);
    expect(await demandOutcome(at, attached)).toBe(200);
  });

  it('404: content that was swept between the look and the attach; what was uploaded anew by then is attached', async () => {
    for (const isBack of [false, true]) {
      const at = await scene();
      await at.lockTarget();
      const { answer } = await held(attach(at.target, at.sha256));
      await at.drop();
      await sweep();
      expect(
        (await server.db.background.query('SELECT 1 FROM blobs WHERE sha256 = $1', [at.sha256])).rowCount,
      ).toBe(0);
      if (isBack) await at.upload();
      await at.end('COMMIT');
      expect(await demandOutcome(at, await answer)).toBe(isBack ? 200 : 404);
    }
  });

  it('404: content that was found damaged between the look and the attach', async () => {
    const at = await scene();
    await at.lockTarget();
    const { answer } = await held(attach(at.target, at.sha256));
    await server.db.background.query('UPDATE blobs SET corrupt_at = now() WHERE sha256 = $1', [at.sha256]);
    await at.end('COMMIT');
    demand(await answer, 404);
    await server.db.background.query('UPDATE blobs SET corrupt_at = NULL');
    await demandWhole();
  });

  it('201: an upload of known content that was swept meanwhile takes the bytes', async () => {
    const at = await scene();
    await at.lockTarget();
    const begun = begin(server, 'model', at.target, { sizeBytes: 500, sha256: at.sha256 });
    const { answer } = await held(begun);
    await at.drop();
    await sweep();
    await at.end('COMMIT');
    expect((await answer).body).toMatchObject({ state: 'open', file: null });
  });

  it('a sweep passes by content that is just being attached', async () => {
    const at = await scene();
    await at.client.query('SELECT * FROM hold_blobs($1)', [[at.sha256]]);
    await at.drop();
    await sweep();
    await sweep();
    expect(
      (await server.db.background.query('SELECT 1 FROM blobs WHERE sha256 = $1', [at.sha256])).rowCount,
    ).toBe(1);
    await at.end('COMMIT');
    await sweep();
    await demandWhole();
  });
});

it('all at once: who attached it can read it', async () => {
  const contents = Array.from({ length: 3 }, (_, index) => Buffer.alloc(2_000 + index, index + 65));
  const hashes = contents.map(sha256Of);
  const models = await Promise.all(Array.from({ length: 4 }, () => newModel(server)));
  let attached = 0;
  const work = async (index: number) => {
    for (let round = 0; round < 30; round++) {
      const which = (index + round) % contents.length;
      const model = models[(index * 3 + round) % models.length];
      const path = `/v1/models/${model.id}/files/${index}`;
      if ((index + round) % 4 === 0) demand(await server.api('PUT', path, contents[which]), 200, 201);
      else {
        const answer = await attach(model, hashes[which] ?? '', `${index}`);
        demand(answer, 200, 404);
        if (answer.status === 200) {
          attached++;
          const read = await fetch(`${server.url}${path}`);
          expect(Buffer.from(await read.arrayBuffer()).equals(contents[which] ?? Buffer.alloc(0))).toBe(true);
        }
      }
      // This worker's file alone is at its path: what it reads is what it has put there.
      if (round % 2 === 0) demand(await server.api('DELETE', path), 204, 404);
    }
  };
  /** Content whose only file goes with its object. */
  const fleeting = async () => {
    for (let round = 0; round < 10; round++) {
      const run = await newExperiment(server);
      const path = `/v1/experiments/${run.id}`;
      const sha256 = hashes[round % hashes.length] ?? '';
      demand(await server.api('POST', `${path}/files/attach`, { files: [{ path: 'w', sha256 }] }), 200, 404);
      demand(await server.api('DELETE', path), 204);
    }
  };
  let isOver = false;
  const sweeping = async () => {
    while (!isOver) {
      await purge(server.ctx, 10);
      await sweep();
    }
  };
  const all = Promise.all([...Array.from({ length: 6 }, (_, index) => work(index)), fleeting()]).finally(
    () => {
      isOver = true;
    },
  );
  await Promise.all([all, sweeping(), sweeping()]);
  expect(attached).toBeGreaterThan(0);
  server.advance(1_000);
  while ((await purge(server.ctx, 100)) > 0);
  await sweep();
  await demandWhole();
}, 60_000);
