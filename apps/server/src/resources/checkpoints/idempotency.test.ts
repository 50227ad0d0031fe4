import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, freshName, newCheckpoint, newExperiment } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

/** `Idempotency-Key` on the two writes that are a single statement: logging a checkpoint, and logging metrics. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const DAY = 86_400_000;
const keyed = (path: string, body: unknown, key: string) =>
  server.api('POST', path, body, { 'idempotency-key': key });
const checkpointsOf = ({ id }: { id: string }) => `/v1/experiments/${id}/checkpoints`;
const countOf = async (table: string): Promise<number> =>
  Number((await server.db.requests.query(`SELECT count(*) FROM ${table}`)).rows[0].count);

describe('on a checkpoint', () => {
  it('replays the first status with the current checkpoint, and writes nothing', async () => {
    const experiment = await newExperiment(server);
    const key = freshName('key');
    const first = await keyed(checkpointsOf(experiment), { epoch: 1 }, key);
    expect(first.status).toBe(201);
    await server.api('PATCH', `/v1/checkpoints/${first.body.id}`, { tags: ['later'] });
    const again = await keyed(checkpointsOf(experiment), { epoch: 1 }, key);
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({ id: first.body.id, tags: ['later'] });
    expect(await changesOf(server, first.body.id)).toHaveLength(2);
  });

  it('does not replace again in a replay', async () => {
    const experiment = await newExperiment(server);
    const key = freshName('key');
    await newCheckpoint(server, { epoch: 1 }, experiment);
    const body = { epoch: 1, replace: true };
    const first = await keyed(checkpointsOf(experiment), body, key);
    const again = await keyed(checkpointsOf(experiment), body, key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body.id).toBe(first.body.id);
  });

  it('replays 200 for a create that found the checkpoint', async () => {
    const experiment = await newExperiment(server);
    const made = await newCheckpoint(server, {}, experiment);
    const key = freshName('key');
    for (let i = 0; i < 2; i++) {
      const found = await keyed(checkpointsOf(experiment), { epoch: 1 }, key);
      expect(found.status).toBe(200);
      expect(found.body.id).toBe(made.id);
    }
  });

  it('returns 422 for another body, but accepts another order of members', async () => {
    const experiment = await newExperiment(server);
    const key = freshName('key');
    await keyed(checkpointsOf(experiment), { epoch: 1, tags: ['a'], metadata: {} }, key);
    const other = await keyed(checkpointsOf(experiment), { epoch: 2, tags: ['a'], metadata: {} }, key);
    expect(other.status).toBe(422);
    expect(other.body.code).toBe('idempotency_key_reused');
    expect(
      (await keyed(checkpointsOf(experiment), { metadata: {}, tags: ['a'], epoch: 1 }, key)).status,
    ).toBe(201);
    const { body } = await server.api('GET', checkpointsOf(experiment));
    expect(body.items).toHaveLength(1);
  });

  it('keeps the key per path, and for a day', async () => {
    const [one, two] = [await newExperiment(server), await newExperiment(server)];
    const key = freshName('key');
    const first = await keyed(checkpointsOf(one), { epoch: 1 }, key);
    const elsewhere = await keyed(checkpointsOf(two), { epoch: 9 }, key);
    expect([first.status, elsewhere.status]).toEqual([201, 201]);
    server.advance(DAY - 60_000);
    expect((await keyed(checkpointsOf(one), { epoch: 2 }, key)).status).toBe(422);
    server.advance(120_000);
    expect((await keyed(checkpointsOf(one), { epoch: 2 }, key)).status).toBe(201);
  });

  it('does not keep the key after a failure: 409, 422 and 404', async () => {
    const experiment = await newExperiment(server);
    const made = await newCheckpoint(server, { epoch: 1 }, experiment);
    const before = await countOf('idempotency_receipts');
    const key = freshName('key');
    const body = { epoch: 1, tags: ['other'] };
    expect((await keyed(checkpointsOf(experiment), body, key)).status).toBe(409);
    expect((await keyed(checkpointsOf(experiment), { epoch: -1 }, key)).status).toBe(422);
    await server.api('DELETE', `/v1/experiments/${experiment.id}`);
    expect((await keyed(checkpointsOf(experiment), body, key)).status).toBe(404);
    await server.api('POST', `/v1/experiments/${experiment.id}/restore`);
    expect(await countOf('idempotency_receipts')).toBe(before);
    await server.api('DELETE', `/v1/checkpoints/${made.id}`);
    expect((await keyed(checkpointsOf(experiment), body, key)).status).toBe(201);
  });

  it('authorizes a replay again: 404 if the experiment or checkpoint was deleted since', async () => {
    const experiment = await newExperiment(server);
    const key = freshName('key');
    await keyed(checkpointsOf(experiment), { epoch: 1 }, key);
    await server.api('DELETE', `/v1/experiments/${experiment.id}`);
    expect((await keyed(checkpointsOf(experiment), { epoch: 1 }, key)).status).toBe(404);
  });

  it.each([{}, { metrics: [{ key: 'a', value: 1, dataset: 'd' }] }, { replace: true }])(
    'creates once for concurrent requests with one key, and the others wait for the result: %j',
    async (more) => {
      const experiment = await newExperiment(server);
      const key = freshName('key');
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => keyed(checkpointsOf(experiment), { epoch: 1, ...more }, key)),
      );
      expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201, 201]);
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      const all = await server.api('GET', `${checkpointsOf(experiment)}?includeDeleted=true`);
      expect(all.body.items).toHaveLength(1);
    },
  );

  it('creates one checkpoint for concurrent identical creates, and each key replays its own status', async () => {
    const experiment = await newExperiment(server);
    const keys = [freshName('key'), freshName('key'), freshName('key')];
    const answers = await Promise.all(keys.map((key) => keyed(checkpointsOf(experiment), { epoch: 1 }, key)));
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([200, 200, 201]);
    for (const [i, key] of keys.entries()) {
      const again = await keyed(checkpointsOf(experiment), { epoch: 1 }, key);
      expect(again.status).toBe(answers[i]?.status);
      expect(again.body.id).toBe(answers[0]?.body.id);
    }
  });

  it('returns 422 for a key that is empty, too long or not visible', async () => {
    const experiment = await newExperiment(server);
    for (const key of ['', 'x'.repeat(256), 'a b'])
      expect((await keyed(checkpointsOf(experiment), { epoch: 1 }, key)).status).toBe(422);
    expect((await keyed(checkpointsOf(experiment), { epoch: 1 }, 'x'.repeat(255))).status).toBe(201);
  });
});

describe('on metrics', () => {
  const metrics = (value: number, dataset?: string) => ({
    metrics: [{ key: 'loss', value, step: 1, ...(dataset === undefined ? {} : { dataset }) }],
  });

  it('changes nothing in a replay, and returns the current latest values', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/metrics`;
    const key = freshName('key');
    const first = await keyed(path, metrics(1), key);
    expect(first.body).toEqual({ metrics: { loss: 1 }, evaluations: {} });
    await server.api('POST', path, metrics(2));
    const again = await keyed(path, metrics(1), key);
    expect(again.status).toBe(200);
    expect(again.body).toEqual({ metrics: { loss: 2 }, evaluations: {} });
    expect((await keyed(path, metrics(3), key)).body.code).toBe('idempotency_key_reused');
    expect(await changesOf(server, id)).toHaveLength(3);
  });

  it('does not keep the key after a failure', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/metrics`;
    const key = freshName('key');
    const before = await countOf('idempotency_receipts');
    expect((await keyed(path, { metrics: [{ key: 'a', value: 'x' }] }, key)).status).toBe(422);
    expect((await keyed(path, metrics(1, 'no@dataset'), key)).status).toBe(422);
    expect(await countOf('idempotency_receipts')).toBe(before);
    expect((await keyed(path, metrics(1), key)).status).toBe(200);
  });

  it.each([undefined, 'raced-set'])(
    'logs once for concurrent requests with one key (dataset %s)',
    async (dataset) => {
      const { id } = await newExperiment(server);
      const path = `/v1/experiments/${id}/metrics`;
      const key = freshName('key');
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => keyed(path, metrics(1, dataset), key)),
      );
      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 200]);
      expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
      const changes = await changesOf(server, id);
      expect(changes.map((change) => change.action)).toEqual(['created', 'metrics_logged']);
    },
  );

  it('returns 200 or 404 during a concurrent delete, and keeps the key only with 200', async () => {
    for (let round = 0; round < 8; round++) {
      const { id } = await newExperiment(server);
      const path = `/v1/experiments/${id}`;
      const before = await countOf('idempotency_receipts');
      const [deleted, ...logged] = await Promise.all([
        server.api('DELETE', path),
        ...[1, 2, 3, 4].map((value) => keyed(`${path}/metrics`, metrics(value), freshName('key'))),
      ]);
      expect(deleted?.status).toBe(204);
      for (const { status, body } of logged) expect([200, 404], JSON.stringify(body)).toContain(status);
      const kept = (await countOf('idempotency_receipts')) - before;
      expect(kept).toBe(logged.filter((answer) => answer.status === 200).length);
    }
  });
});
