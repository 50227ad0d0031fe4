import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { champion, onVal, policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { purge } from '../../workers/purge.ts';
import { forgetRemoved, retainDue } from '../../workers/retention.ts';
import { sweepBlobs } from '../../workers/store/blob-sweep.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { ok, decideAll, modelWith, newVersion, upload } = policyTests(() => server);
const DAY = 86_400_000;
const run = async () => {
  server.advance(900_001);
  await retainDue(server.ctx);
};

/** Reads the names of the existing versions of a model. */
const living = async (model: { url: string }): Promise<string[]> =>
  (await ok('GET', `${model.url}/versions?orderBy=version`)).items.map(({ version }: any) => version);

/** Makes a namespace with this policy and an experiment. */
async function runWith(policy: object, fields: object = {}): Promise<{ id: string; namespace: string }> {
  const namespace = freshName('runs');
  const experiment = await ok('POST', '/v1/experiments', { namespace, name: 'run', ...fields });
  await ok('PUT', `/v1/namespaces/${namespace}/policy`, policy);
  return { id: experiment.id, namespace };
}

async function checkpoint(
  run: { id: string },
  epoch: number,
  content: string,
  metrics: object = {},
): Promise<any> {
  const made = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch, metrics });
  await upload('checkpoints', made.id, content);
  return made;
}

const epochs = async (run: { id: string }): Promise<number[]> =>
  (await ok('GET', `/v1/experiments/${run.id}/checkpoints?orderBy=epoch`)).items.map(
    ({ epoch }: any) => epoch,
  );

describe('no policy', () => {
  test('removes nothing', async () => {
    const model = await modelWith({});
    for (const name of ['v1', 'v2']) await newVersion(model, name, {});
    await run();
    expect(await living(model)).toEqual(['v1', 'v2']);
  });
});

describe('versions', () => {
  test('that a clause keeps or that are protected stay, and the rest is removed and can be restored', async () => {
    const model = await modelWith({
      label: [champion],
      retain: {
        versions: {
          keep: [
            { best: 1, metric: 'mAP', dataset: 'val', direction: 'max' },
            { latest: 1 },
            { filter: "'gold' IN tags" },
          ],
          remove: 'object',
        },
      },
    });
    const made: Record<string, any> = {};
    const add = async (name: string, value: number, fields: object = {}) => {
      made[name] = await newVersion(model, name, [onVal(value)], fields);
      await decideAll();
    };
    await add('a', 0.1); // Champion, then two behind.
    await add('b', 0.2); // The one before the holder.
    await add('c', 0.9); // The holder, and the best.
    await add('d', 0.3); // Nothing keeps it.
    await add('e', 0.3, { tags: ['gold'] });
    await add('f', 0.3); // On hold.
    await add('g', 0.3); // A living version was made from it.
    await add('h', 0.3, { source: { version: made['g'].id } });
    await ok('PUT', `/v1/versions/${made['f'].id}/hold`, { reason: 'in a paper' });
    await ok('POST', `${model.url}/versions`, { version: 'pending' });

    const preview = await ok('POST', `${model.url}/policy/preview`);
    const going = preview.retain.items.filter((item: any) => item.remove).map((item: any) => item.name);
    expect(going.sort()).toEqual(['a', 'd', 'h']);
    const byName = Object.fromEntries(preview.retain.items.map((item: any) => [item.name, item]));
    expect(byName['c'].keptBy).toEqual(['keep[0]']);
    expect(byName['b'].protectedBy).toEqual(['previousHolder']);
    expect(byName['f'].protectedBy).toEqual(['hold']);
    expect(byName['g'].protectedBy).toEqual(['lineage']);
    expect(byName['pending'].protectedBy).toEqual(['pending']);
    expect(await living(model)).toHaveLength(9);

    await run();
    // "pending" is the latest version, so the second clause keeps it.
    expect(await living(model)).toEqual(['b', 'c', 'e', 'f', 'g', 'pending']);
    const [decision] = (await ok('GET', `/v1/versions/${made['d'].id}/decisions?kind=retain`)).items;
    expect(decision).toMatchObject({ outcome: 'removed', subject: { name: 'd' }, policy: { edit: 1 } });

    // Restored versions are not removed again under the same policy.
    await ok('POST', `/v1/versions/${made['d'].id}/restore`);
    await run();
    expect(await living(model)).toContain('d');
    // Its derived version can be restored, and needs its source.
    expect(await living(model)).toContain('g');

    await ok('DELETE', `/v1/versions/${made['f'].id}/hold`);
    await run();
    expect(await living(model)).not.toContain('f');
    server.advance(7 * DAY);
    const late = await server.api('POST', `/v1/versions/${made['a'].id}/restore`);
    expect(late.status).toBe(404);
    await purge(server.ctx, 100);
    await run();
    expect(await living(model)).not.toContain('g');
  });

  test('use the epoch of their source checkpoint', async () => {
    const model = await modelWith({});
    const run7 = await ok('POST', '/v1/experiments', { namespace: model.namespace, name: 'run' });
    for (const epoch of [9, 10]) {
      const made = await checkpoint(run7, epoch, `epoch ${epoch}`);
      await ok('POST', `/v1/checkpoints/${made.id}/promote`, { model: model.id, version: `e${epoch}` });
    }
    await ok('PUT', `${model.url}/policy`, {
      retain: { versions: { keep: [{ everyEpoch: 5 }], remove: 'object' } },
    });
    await run();
    expect(await living(model)).toEqual(['e10']);
  });

  test('are not removed by a second run right after the first', async () => {
    const model = await modelWith({ retain: { versions: { keep: [{ latest: 2 }], remove: 'object' } } });
    for (const name of ['v1', 'v2', 'v3', 'v4']) await newVersion(model, name, {});
    await run();
    expect(await living(model)).toEqual(['v3', 'v4']);
    await run();
    expect(await living(model)).toEqual(['v3', 'v4']);
  });
});

describe('checkpoints', () => {
  test('lose only files, which can be restored within the grace time, and whose bytes are freed after it', async () => {
    const keep = [{ best: 1, metric: 'loss', direction: 'min' }, { everyEpoch: 5 }];
    const runs = await runWith(
      { retain: { checkpoints: { keep, remove: 'files', grace: 'P1D' } } },
      { status: 'finished' },
    );
    const made = new Map<number, any>();
    for (let epoch = 1; epoch <= 6; epoch++) {
      made.set(epoch, await checkpoint(runs, epoch, `weights of epoch ${epoch}`, { loss: 1 / epoch }));
    }
    const preview = await ok('POST', `/v1/namespaces/${runs.namespace}/policy/preview`);
    expect(preview.retain).toMatchObject({
      seen: 6,
      removed: 4,
      freedBytes: 4 * 'weights of epoch 1'.length,
    });
    await run();
    expect(await epochs(runs)).toEqual([1, 2, 3, 4, 5, 6]);
    const of = async (epoch: number) => ok('GET', `/v1/checkpoints/${made.get(epoch).id}`);
    expect((await of(1)).fileCount).toBe(0);
    expect((await of(1)).filesRemovedAt).not.toBe(null);
    expect((await of(5)).fileCount).toBe(1);
    const promotion = await server.api('POST', `/v1/checkpoints/${made.get(1).id}/promote`, {
      model: (await ok('POST', '/v1/models', { namespace: runs.namespace, name: 'm' })).id,
      version: 'v1',
    });
    expect(promotion.body.code).toBe('not_ready');

    await ok('POST', `/v1/checkpoints/${made.get(1).id}/restore`);
    expect((await of(1)).fileCount).toBe(1);
    expect(await ok('GET', `/v1/checkpoints/${made.get(1).id}/files/weights.bin`)).toBe('weights of epoch 1');

    const stored = async () =>
      Number((await server.db.requests.query('SELECT sum(size_bytes) AS bytes FROM blobs')).rows[0].bytes);
    const before = await stored();
    await sweepBlobs(server.ctx);
    server.advance(2 * DAY);
    await sweepBlobs(server.ctx);
    await sweepBlobs(server.ctx);
    // The grace time of the removed files is not over.
    expect(await stored()).toBe(before);
    await forgetRemoved(server.ctx);
    await sweepBlobs(server.ctx);
    server.advance(2 * DAY);
    await sweepBlobs(server.ctx);
    expect(before - (await stored())).toBe(3 * 'weights of epoch 1'.length);
    const late = await server.api('POST', `/v1/checkpoints/${made.get(2).id}/restore`);
    expect([late.status, (await of(2)).fileCount]).toEqual([404, 0]);
  });

  test('stay if a version was made from them, or if they are the newest of a running experiment', async () => {
    const rule = { keep: [{ best: 1, metric: 'acc', direction: 'max' }], remove: 'object', grace: 'PT0S' };
    const runs = await runWith({ retain: { checkpoints: rule } });
    const first = await checkpoint(runs, 1, 'one', { acc: 0.1 });
    await checkpoint(runs, 2, 'two', { acc: 0.9 });
    await checkpoint(runs, 3, 'three', { acc: 0.2 });
    await checkpoint(runs, 4, 'four', { acc: 0.3 });
    const model = await ok('POST', '/v1/models', { namespace: runs.namespace, name: 'm' });
    await ok('POST', `/v1/checkpoints/${first.id}/promote`, { model: model.id, version: 'v1' });
    await run();
    expect(await epochs(runs)).toEqual([1, 2, 4]);
    await ok('PATCH', `/v1/experiments/${runs.id}`, { status: 'finished' });
    await run();
    expect(await epochs(runs)).toEqual([1, 2]);
    await purge(server.ctx, 100);
    // The version still has its files.
    expect((await ok('GET', `/v1/versions/${encodeURIComponent(`${runs.namespace}/m:v1`)}`)).fileCount).toBe(
      1,
    );
  });

  test('stay if they are the source of another experiment, and cannot be a source after their removal', async () => {
    const rule = { keep: [{ latest: 1 }], remove: 'object' };
    const runs = await runWith({ retain: { checkpoints: rule } }, { status: 'finished' });
    const first = await checkpoint(runs, 1, 'one');
    const second = await checkpoint(runs, 2, 'two');
    await checkpoint(runs, 3, 'three');
    const body = { namespace: runs.namespace, name: 'goes-on', source: { checkpoint: first.id } };
    expect(await ok('POST', '/v1/experiments', body)).toMatchObject({ source: { checkpoint: first.id } });
    await run();
    expect(await epochs(runs)).toEqual([1, 3]);
    const late = { namespace: runs.namespace, name: 'late', source: { checkpoint: second.id } };
    expect((await server.api('POST', '/v1/experiments', late)).status).toBe(404);
    // A restarted pipeline finds its run, even if the checkpoint is gone.
    await ok('DELETE', `/v1/checkpoints/${first.id}`);
    expect((await server.api('POST', '/v1/experiments', body)).status).toBe(200);
  });

  test('follow the policy of the nearest namespace, and the latest are counted per experiment', async () => {
    const outer = await runWith(
      { retain: { checkpoints: { keep: [{ latest: 1 }], remove: 'object' } } },
      { status: 'finished' },
    );
    const inner = await ok('POST', '/v1/experiments', {
      namespace: `${outer.namespace}/inner`,
      name: 'kept',
      status: 'finished',
    });
    const below = await ok('POST', '/v1/experiments', {
      namespace: `${outer.namespace}/other`,
      name: 'run',
      status: 'finished',
    });
    await ok('PUT', `/v1/namespaces/${encodeURIComponent(`${outer.namespace}/inner`)}/policy`, {
      retain: { checkpoints: { keep: [{ latest: 10 }], remove: 'object' } },
    });
    for (const each of [outer, inner, below])
      for (const epoch of [1, 2]) await checkpoint(each, epoch, `${epoch}`);
    await run();
    expect([await epochs(outer), await epochs(inner), await epochs(below)]).toEqual([[2], [1, 2], [2]]);
  });
});

describe('silent experiments', () => {
  test('are aborted after `staleAfter` of their namespace', async () => {
    const { abortStale } = await import('./stale.ts');
    const runs = await runWith({ staleAfter: 'PT1H' });
    server.advance(30 * 60_000);
    await ok('POST', `/v1/experiments/${runs.id}/metrics`, { metrics: [{ key: 'loss', value: 1, step: 1 }] });
    server.advance(45 * 60_000);
    await abortStale(server.ctx);
    expect((await ok('GET', `/v1/experiments/${runs.id}`)).status).toBe('running');
    server.advance(16 * 60_000);
    await abortStale(server.ctx);
    expect((await ok('GET', `/v1/experiments/${runs.id}`)).status).toBe('aborted');
  });
});

describe('a policy of the most clauses with the longest filters', () => {
  test('is set, previewed and run, although it names values more than 65,535 times', async () => {
    const names = Array.from({ length: 178 }, (_, index) => (360 + index).toString(36));
    const filter = names.map((name) => `metadata.${name} LIKE ''`).join(' OR ');
    const valued = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
    const keep = Array.from({ length: 32 }, () => ({ filter }));
    const model = await modelWith({ retain: { versions: { keep, remove: 'object' } } });
    await newVersion(model, 'v1', {}, { metadata: valued('a') });
    await newVersion(model, 'v2', {}, { metadata: valued('') });

    const { status, body } = await server.api('POST', `${model.url}/policy/preview`);
    expect([200, 422], JSON.stringify(body)).toContain(status);
    await run();
    const { rows } = await server.db.background.query(
      'SELECT ended_at IS NOT NULL AS "isOver" FROM retention_runs WHERE owner_id = $1',
      [model.id],
    );
    expect(rows).toEqual([{ isOver: true }]);
    expect(await living(model)).toEqual(['v2']);
  }, 240_000);
});
