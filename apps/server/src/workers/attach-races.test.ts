import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newExperiment, newModel } from '../../testing/objects.ts';
import { startTestServer, type TestAnswer, type TestServer } from '../../testing/test-server.ts';
import { begin } from '../../testing/uploads.ts';
import { purge } from './purge.ts';
import { deletePending, sweepBlobs } from './store/blob-sweep.ts';

/*
 * Attaches content by hash while its last other file is deleted and a sweep without a grace time runs.
 * In every order, attached content can be read, and in the end the store has no content without a file.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ blobGrace: 0, deleteGrace: 0 });
});
afterAll(() => server.stop());

const sha256Of = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
const attach = (model: { id: string }, sha256: string, at = 'attached'): Promise<TestAnswer> =>
  server.api('POST', `/v1/models/${model.id}/files/attach`, { files: [{ path: at, sha256 }] });

/** Requests may fail only because another one was faster. */
function demand(answer: { status: number; body: any }, ...statuses: number[]): void {
  if (!statuses.includes(answer.status))
    throw new Error(`${answer.status} ${JSON.stringify(answer.body)}, not ${statuses.join(' or ')}`);
}

async function sweep(): Promise<void> {
  await sweepBlobs(server.ctx);
  await deletePending(server.ctx);
}

/** Requires that the store has exactly the content of the files, and that each file can be read. */
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
  const MARK = `SELECT mark_unreferenced('00000000-0000-0000-0000-000000000000', 1000000, now())`;
  const SWEEP = `SELECT sweep_blobs(now() + interval '1 day', 1000, now())`;

  /** Makes a file with content, a model to attach it to, and a connection that can hold locks. */
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

  /** Starts the attach, and waits until a lock of another transaction blocks it. */
  async function held(attaching: Promise<TestAnswer>): Promise<{ answer: Promise<TestAnswer> }> {
    const text = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => (await server.db.background.query(text)).rowCount).toBeGreaterThan(0);
    return { answer: attaching };
  }

  /** Checks the state after the answer, after another sweep, and after the file is deleted again. */
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

  it('keeps content that the sweep marked between the check and the attach', async () => {
    const at = await scene();
    await at.lockTarget();
    const { answer } = await held(attach(at.target, at.sha256));
    await at.drop();
    const marked = 'SELECT 1 FROM blobs WHERE sha256 = $1 AND unreferenced_since IS NOT NULL';
    await server.db.background.query(MARK);
    expect((await server.db.background.query(marked, [at.sha256])).rowCount).toBe(1);
    await at.end('COMMIT');
    const attached = await answer;
    // The next grace time starts anew.
    expect((await server.db.background.query(marked, [at.sha256])).rowCount).toBe(0);
    expect(await demandOutcome(at, attached)).toBe(200);
  });

  it('returns 404 for content swept between check and attach, but attaches a new upload of it', async () => {
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

  it('returns 404 for content that was found damaged between the check and the attach', async () => {
    const at = await scene();
    await at.lockTarget();
    const { answer } = await held(attach(at.target, at.sha256));
    await server.db.background.query('UPDATE blobs SET corrupt_at = now() WHERE sha256 = $1', [at.sha256]);
    await at.end('COMMIT');
    demand(await answer, 404);
    await server.db.background.query('UPDATE blobs SET corrupt_at = NULL');
    await demandWhole();
  });

  it('accepts the bytes of an upload if its known content was swept meanwhile', async () => {
    const at = await scene();
    await at.lockTarget();
    const begun = begin(server, 'model', at.target, { sizeBytes: 500, sha256: at.sha256 });
    const { answer } = await held(begun);
    await at.drop();
    await sweep();
    await at.end('COMMIT');
    expect((await answer).body).toMatchObject({ state: 'open', file: null });
  });

  it('keeps the sweep away from content that is being attached', async () => {
    const at = await scene();
    await at.client.query('SELECT * FROM pin_blobs($1)', [[at.sha256]]);
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

it('lets every caller read attached content under concurrency', async () => {
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
      // Only this worker writes to this path, so it must read its own content.
      if (round % 2 === 0) demand(await server.api('DELETE', path), 204, 404);
    }
  };
  /** Makes content whose only file is deleted with its object. */
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
}, 120_000);
