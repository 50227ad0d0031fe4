import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../testing/objects.ts';
import { policyTests } from '../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { callersOf, withToken } from '../../testing/tokens.ts';
import { newUpload } from '../../testing/uploads.ts';
import { abortStale } from '../policies/retention/stale.ts';
import { removeOldEvents } from '../workers/audit-retention.ts';
import { forgetKeys } from '../workers/idempotency-keys.ts';
import { decideDue } from '../workers/policies.ts';
import { purge } from '../workers/purge.ts';
import { forgetRemoved, retainDue } from '../workers/retention.ts';
import { sweepBlobs } from '../workers/store/blob-sweep.ts';
import { verifyNext } from '../workers/store/blob-verify.ts';
import { expireUploads } from '../workers/store/upload-cleanup.ts';
import { verifyNextUpload } from '../workers/store/upload-verify.ts';

/* Servers on one database whose own clocks are wrong. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const INTERVAL = 15 * MINUTE;

let right: TestServer;
let late: TestServer;
let behind: TestServer;
let ahead: TestServer;
/** All servers, and two that require tokens. */
let all: TestServer[];
let withTokens: TestServer[];
beforeAll(async () => {
  right = await startTestServer({ uploadExpiry: HOUR, deleteGrace: HOUR });
  const beside = (skew: number, settings: object = {}) =>
    startTestServer({ uploadExpiry: HOUR, deleteGrace: HOUR, ...settings }, undefined, right).then(
      (server) => {
        server.skew(skew);
        return server;
      },
    );
  late = await beside(-3 * SECOND);
  behind = await beside(-HOUR);
  ahead = await beside(HOUR);
  withTokens = [await beside(HOUR, { auth: 'tokens' }), await beside(-HOUR, { auth: 'tokens' })];
  all = [right, late, behind, ahead];
});
afterAll(async () => {
  for (const server of [...withTokens, ahead, behind, late, right]) await server.stop();
});

const { ok, decideAll, modelWith, newVersion, holder } = policyTests(() => right);

const pass = (ms: number) => {
  for (const server of [...all, ...withTokens]) server.advance(ms);
};
const onAll = async (act: (server: TestServer) => Promise<unknown>) => {
  for (const server of all) await act(server);
};
/** Runs retention on every server that may run it, after the pause between two runs. */
const retain = async () => {
  pass(INTERVAL + 1);
  await onAll(({ ctx }) => retainDue(ctx));
};

async function runWith(policy: object): Promise<{ id: string; namespace: string }> {
  const namespace = freshName('runs');
  const { id } = await ok('POST', '/v1/experiments', { namespace, name: 'run' });
  await ok('PUT', `/v1/namespaces/${namespace}/policy`, policy);
  return { id, namespace };
}

async function write(server: TestServer, run: { id: string }, epoch: number): Promise<any> {
  const { status, body } = await server.api('POST', `/v1/experiments/${run.id}/checkpoints`, {
    epoch,
    files: [],
  });
  expect(status).toBe(201);
  return body;
}

const epochs = async (run: { id: string }): Promise<number[]> =>
  (await ok('GET', `/v1/experiments/${run.id}/checkpoints?orderBy=epoch`)).items.map(
    ({ epoch }: any) => epoch,
  );

const keep = (...clauses: object[]) => ({ retain: { checkpoints: { keep: clauses, remove: 'object' } } });

describe('newest', () => {
  it('`latest` is the checkpoint written last, whichever server wrote it', async () => {
    const run = await runWith({});
    for (const [index, server] of [ahead, late, right, behind, ahead, behind, late].entries()) {
      await write(server, run, index);
      for (const reader of all) {
        const { body } = await reader.api('GET', `/v1/experiments/${run.id}/checkpoints/latest`);
        expect(body.epoch).toBe(index);
      }
    }
  });

  it('`keep: [{latest: 1}]` keeps the newest of a run, and its files', async () => {
    const run = await runWith({
      retain: { checkpoints: { keep: [{ latest: 1 }], remove: 'files' } },
    });
    for (const [epoch, server] of [ahead, right, late].entries()) {
      const made = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch });
      const answer = await server.api(
        'PUT',
        `/v1/checkpoints/${made.id}/files/weights.bin`,
        `content ${epoch}`,
      );
      expect(answer.status).toBe(201);
      await server.api('POST', `/v1/checkpoints/${made.id}/finalize`);
    }
    await retain();
    const { items } = await ok('GET', `/v1/experiments/${run.id}/checkpoints?orderBy=epoch`);
    expect(items.map((each: any) => each.filesRemovedAt !== null)).toEqual([true, true, false]);
  });

  it('of versions too', async () => {
    const model = await modelWith({ retain: { versions: { keep: [{ latest: 2 }], remove: 'object' } } });
    for (const [index, server] of [ahead, ahead, late, behind].entries())
      await server.api('POST', `${model.url}/versions`, { version: `v${index}`, files: [] });
    await retain();
    const { items } = await ok('GET', `${model.url}/versions?orderBy=version`);
    expect(items.map(({ version }: any) => version)).toEqual(['v2', 'v3']);
  });

  it('for labels and promotions too, whatever times an earlier release stored', async () => {
    const acc = { metric: 'acc', direction: 'max' };
    const model = await modelWith({});
    const { namespace } = model;
    for (const version of ['v1', 'v2']) await newVersion(model, version, { acc: 0.9 });
    const run = await ok('POST', '/v1/experiments', { namespace, name: 'run' });
    for (const epoch of [1, 2])
      await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch, files: [], metrics: { acc: 0.9 } });
    for (const [table, first] of [
      ['versions', `version = 'v1' AND model_id = '${model.id}'`],
      ['checkpoints', `epoch = 1 AND experiment_id = '${run.id}'`],
    ])
      await right.db.requests.query(
        `UPDATE ${table} SET created_at = created_at + interval '1 h' WHERE ${first}`,
      );
    const label = [
      { ...acc, name: 'newest that passes', alias: 'fresh', than: 0.5 },
      { ...acc, name: 'oldest of equals', alias: 'best' },
    ];
    await ok('PUT', `${model.url}/policy`, { label, promote: [{ ...acc, version: 'from-{epoch}' }] });
    await decideAll();
    expect([await holder(model, 'fresh'), await holder(model, 'best')]).toEqual(['v2', 'v1']);
    const { champions } = await ok('POST', `${model.url}/policy/backtest`, { name: 'newest that passes' });
    expect(champions.at(-1).version).toBe('v2');
    await ok('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
    await decideAll();
    const { items } = await ok('GET', `${model.url}/versions?orderBy=version`);
    expect(items.map(({ version }: any) => version)).toEqual(['from-1', 'v1', 'v2']);
  });

  it('ids, `createdAt` and the default order of lists follow the order of writing', async () => {
    const run = await runWith({});
    const made = [];
    for (const [index, server] of [ahead, behind, late, right, ahead].entries()) {
      made.push(await write(server, run, index));
      pass(1);
    }
    for (const field of ['id', 'createdAt']) {
      const values = made.map((each) => each[field]);
      expect(values).toEqual(values.toSorted());
    }
    const { items } = await ok('GET', `/v1/experiments/${run.id}/checkpoints`);
    expect(items.map(({ epoch }: any) => epoch)).toEqual([4, 3, 2, 1, 0]);
  });
});

describe('young', () => {
  it('`youngerThan` keeps checkpoints that are seconds old, and no older ones', async () => {
    const run = await runWith(keep({ youngerThan: 'PT30M' }));
    await ok('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
    for (const [epoch, server] of all.entries()) await write(server, run, epoch);
    await retain();
    expect(await epochs(run)).toEqual([0, 1, 2, 3]);
    await retain();
    expect(await epochs(run)).toEqual([]);
  });

  it('deleted objects keep their grace time, and can be restored in it', async () => {
    const run = await runWith({});
    const made = await Promise.all(all.map((server, epoch) => write(server, run, epoch)));
    for (const [index, server] of all.entries())
      expect((await server.api('DELETE', `/v1/checkpoints/${made[index].id}`)).status).toBe(204);
    pass(HOUR - MINUTE);
    await onAll(({ ctx }) => purge(ctx, 100));
    expect((await ahead.api('POST', `/v1/checkpoints/${made[2].id}/restore`)).status).toBe(200);
    pass(2 * MINUTE);
    for (const { ctx } of [ahead, behind, late]) expect(await purge(ctx, 100)).toBe(0);
    expect((await behind.api('POST', `/v1/checkpoints/${made[0].id}/restore`)).status).toBe(404);
    await purge(right.ctx, 100);
    expect((await ahead.api('GET', `/v1/checkpoints/${made[0].id}`)).status).toBe(404);
    expect((await ahead.api('GET', `/v1/checkpoints/${made[2].id}`)).status).toBe(200);
  });

  it('removed files, content without a file, idempotency keys and audit events keep their time', async () => {
    const model = await modelWith({});
    await behind.api(
      'POST',
      `${model.url}/versions`,
      { version: 'v', files: [] },
      { 'idempotency-key': 'k' },
    );
    await behind.api('PUT', `${model.url}/files/x`, 'nobody else has this');
    await behind.api('DELETE', `${model.url}/files/x`);
    await onAll(async ({ ctx }) => {
      await forgetRemoved(ctx);
      expect(await forgetKeys(ctx)).toBe(0);
      expect(await removeOldEvents(ctx, 100)).toBe(0);
    });
    await sweepBlobs(right.ctx);
    pass(DAY - MINUTE);
    await onAll(({ ctx }) => sweepBlobs(ctx));
    const there = async () =>
      (await right.db.requests.query('SELECT 1 FROM blobs WHERE unreferenced_since IS NOT NULL')).rowCount;
    expect(await there()).toBeGreaterThan(0);
    pass(2 * MINUTE);
    for (const { ctx } of [ahead, behind, late]) {
      await sweepBlobs(ctx);
      expect(await forgetKeys(ctx)).toBe(0);
    }
    expect(await there()).toBeGreaterThan(0);
    await sweepBlobs(right.ctx);
    expect(await there()).toBe(0);
    expect(await forgetKeys(right.ctx)).toBe(1);
  });
});

describe('stale', () => {
  it('a live run is not aborted; a server with a right clock aborts a silent one', async () => {
    const run = await runWith({ staleAfter: 'PT30M' });
    const status = async () => (await ok('GET', `/v1/experiments/${run.id}`)).status;
    for (const [epoch, server] of [ahead, behind, late].entries()) {
      pass(20 * MINUTE);
      await write(server, run, epoch);
      await onAll(({ ctx }) => abortStale(ctx));
      expect(await status()).toBe('running');
    }
    pass(31 * MINUTE);
    for (const { ctx } of [ahead, behind, late]) expect(await abortStale(ctx)).toBe(0);
    expect(await abortStale(right.ctx)).toBe(1);
    expect(await status()).toBe('aborted');
  });

  it('uploads do not expire early', async () => {
    const run = await runWith({});
    const uploads = [];
    for (const server of all)
      uploads.push(await newUpload(server, 'experiment', run, Buffer.from('x'), { path: freshName('f') }));
    pass(HOUR - MINUTE);
    await onAll(({ ctx }) => expireUploads(ctx));
    for (const { id } of uploads) expect((await ok('GET', `/v1/uploads/${id}`)).state).toBe('open');
    pass(2 * MINUTE);
    await onAll(({ ctx }) => expireUploads(ctx));
    for (const { id } of uploads) expect((await ok('GET', `/v1/uploads/${id}`)).state).toBe('expired');
  });

  it('a token is valid until it expires', async () => {
    const { token } = await callersOf(withTokens[0]!);
    const expiresAt = new Date(right.ctx.now().getTime() + 10 * MINUTE).toISOString();
    const { secret } = await token({ administrator: true, expiresAt });
    const statuses = () =>
      Promise.all(
        withTokens.map(async (server) => (await withToken(server, secret)('GET', '/v1/whoami')).status),
      );
    expect(await statuses()).toEqual([200, 200]);
    pass(10 * MINUTE - SECOND);
    expect(await statuses()).toEqual([200, 200]);
    pass(2 * SECOND);
    expect(await statuses()).toEqual([401, 401]);
  });
});

describe('pages', () => {
  it('neither skip nor repeat existing objects, whichever server returns them and writes meanwhile', async () => {
    const run = await runWith({});
    for (let epoch = 0; epoch < 9; epoch++) await write(all[epoch % 4]!, run, epoch);
    for (const orderBy of ['createdAt', 'createdAt DESC']) {
      const seen: number[] = [];
      let cursor: string | null = '';
      for (let page = 0; cursor !== null; page++) {
        const query = `limit=2&filter=${encodeURIComponent('epoch < 9')}&orderBy=${encodeURIComponent(orderBy)}`;
        const { body }: any = await all[page % 4]!.api(
          'GET',
          `/v1/experiments/${run.id}/checkpoints?${query}${cursor && `&cursor=${cursor}`}`,
        );
        seen.push(...body.items.map(({ epoch }: any) => epoch));
        cursor = body.nextCursor;
        await write(all[(page + 1) % 4]!, run, Math.floor(100 + (right.ctx.now().getTime() % 1e9)) + page);
      }
      expect(seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });
});

describe('a claim in the future', () => {
  it('on a retention run is void: retention continues at once', async () => {
    const run = await runWith(keep({ latest: 1 }));
    for (const epoch of [1, 2]) await write(right, run, epoch);
    await retain();
    await write(right, run, 3);
    await right.db.requests.query('UPDATE retention_runs SET started_at = $1', [
      new Date(right.ctx.now().getTime() + 59 * MINUTE),
    ]);
    await retainDue(right.ctx);
    expect(await epochs(run)).toEqual([3]);
    // A claim that another server made a moment ago is respected.
    await write(right, run, 4);
    await retainDue(right.ctx);
    expect(await epochs(run)).toEqual([3, 4]);
  });

  it('on decisions, on a reading of content or on an upload is void', async () => {
    const model = await modelWith({
      label: [{ name: 'best', alias: 'champion', metric: 'a', direction: 'max' }],
    });
    await ok('POST', `${model.url}/versions`, { version: 'v', files: [], metrics: { a: 1 } });
    await right.db.requests.query('SELECT sequence_changes(10000)');
    await right.db.requests.query('SELECT take_policy_facts(10000, $1)', [
      new Date(right.ctx.now().getTime() + HOUR),
    ]);
    await decideDue(right.ctx);
    expect((await ok('GET', `${model.url}/aliases/champion`)).version).toBe('v');

    await ok('PUT', `${model.url}/files/x`, 'to be read again');
    pass(31 * DAY);
    await right.db.requests.query('UPDATE blobs SET verify_claimed_at = $1', [
      new Date(right.ctx.now().getTime() + HOUR),
    ]);
    expect(await verifyNext(right.ctx)).toBe(true);

    const upload = await newUpload(right, 'model', model, Buffer.from('y'), { path: 'y' });
    await right.db.requests.query(
      `UPDATE uploads SET state = 'verifying', expires_at = NULL, claimed_at = now() + interval '1 hour' WHERE id = $1`,
      [upload.id],
    );
    expect(await verifyNextUpload(right.ctx)).toBe(true);
  });
});

describe('a server whose clock is wrong', () => {
  afterEach(() => late.skew(-3 * SECOND));

  it('reports that in /readyz and in its metrics, and is ready', async () => {
    for (const server of [late, right]) await server.ctx.clock.judgesAge();
    const { status, body } = await late.api('GET', '/readyz');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ready: true,
      checks: {
        clock: {
          ok: false,
          detail: expect.stringMatching(/^This server's clock is 3\.0 s behind the database's\./),
        },
      },
    });
    const { body: metrics } = await late.api<string>('GET', '/metrics');
    expect(Number(/^modelbox_clock_skew_seconds (.*)$/m.exec(metrics)?.[1])).toBeCloseTo(-3, 1);
    expect(metrics).toMatch(/^modelbox_clock_doubted\{reason="skew"\} 1$/m);
    expect(metrics).toMatch(/^modelbox_clock_doubts_total\{reason="skew"\} [1-9]/m);
    expect((await right.api('GET', '/readyz')).body.checks.clock).toEqual({ ok: true });
  });

  it('resumes as soon as its clock is right', async () => {
    const run = await runWith(keep({ latest: 1 }));
    for (const epoch of [1, 2]) await write(late, run, epoch);
    pass(INTERVAL + 1);
    await retainDue(late.ctx);
    expect(await epochs(run)).toEqual([1, 2]);
    late.skew(0);
    await retainDue(late.ctx);
    expect(await epochs(run)).toEqual([2]);
  });

  it('leaves decisions of rules with `minAge` to the other servers', async () => {
    const rule = { name: 'old', alias: 'stable', metric: 'a', direction: 'max', minAge: 'PT30M' };
    const model = await modelWith({ label: [rule] });
    await ok('POST', `${model.url}/versions`, { version: 'v', files: [], metrics: { a: 1 } });
    await right.db.requests.query('SELECT sequence_changes(10000)');
    await decideDue(right.ctx);
    pass(31 * MINUTE);
    await decideDue(late.ctx);
    expect((await right.api('GET', `${model.url}/aliases/stable`)).status).toBe(404);
    pass(MINUTE);
    await decideDue(right.ctx);
    expect((await ok('GET', `${model.url}/aliases/stable`)).version).toBe('v');
  });
});

it('an object that a person restored stays, although the clock was set back since the policy was edited', async () => {
  const run = await runWith({});
  for (const epoch of [1, 2]) await write(right, run, epoch);
  for (const server of [...all, ...withTokens]) server.jump(HOUR);
  await onAll(({ ctx }) => ctx.clock.judgesAge());
  await ok('PUT', `/v1/namespaces/${run.namespace}/policy`, keep({ latest: 1 }));
  for (const server of [...all, ...withTokens]) server.jump(-HOUR);
  await onAll(({ ctx }) => ctx.clock.judgesAge());
  await retain();
  expect(await epochs(run)).toEqual([2]);
  const { items } = await ok(
    'GET',
    `/v1/experiments/${run.id}/checkpoints?includeDeleted=true&filter=epoch%20%3D%201`,
  );
  await ok('POST', `/v1/checkpoints/${items[0].id}/restore`);
  await retain();
  expect(await epochs(run)).toEqual([1, 2]);
});

it('with random skews retention keeps the same objects as with right clocks', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  for (let round = 0; round < 4; round++) {
    for (const server of [late, behind, ahead])
      server.skew((random(2) * 2 - 1) * (2 * SECOND + random(3 * HOUR)));
    const latest = 1 + random(3);
    const minutes = 20 + random(60);
    const run = await runWith(keep({ latest }, { youngerThan: `PT${minutes}M` }));
    const made: { epoch: number; at: number }[] = [];
    for (let epoch = 0; epoch < 8; epoch++) {
      await write(pick(all), run, epoch);
      made.push({ epoch, at: right.ctx.now().getTime() });
      pass(random(20 * MINUTE));
    }
    await retain();
    const now = right.ctx.now().getTime();
    const expected = made.filter(({ epoch, at }) => epoch >= 8 - latest || now - at < minutes * MINUTE);
    expect(await epochs(run), `SEED=${seed}`).toEqual(expected.map(({ epoch }) => epoch));
  }
});

it('the database’s clock is set forward by an hour: no young object goes until that hour is over', async () => {
  const run = await runWith(keep({ youngerThan: 'PT30M' }));
  await ok('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
  await write(right, run, 1);
  for (const server of [...all, ...withTokens]) server.jump(HOUR);
  // The server's own clock is that of the same machine.
  right.skew(HOUR);
  late.skew(HOUR);
  await onAll(({ ctx }) => ctx.clock.judgesAge());
  await retain();
  expect(await epochs(run)).toEqual([1]);
  expect((await right.api('GET', '/readyz')).body.checks.clock.detail).toContain('was set forward by 3600');
  pass(40 * MINUTE);
  await retain();
  expect(await epochs(run)).toEqual([]);
});
