// Writes the rows of a batch of points with `pg` alone: one prepared statement and plain INSERTs into existing series.

import { randomBytes } from 'node:crypto';
import { type Batch, pointsOf } from '../support/bodies.ts';
import { inFlight } from './in-flight.ts';
import { serveParent } from './parent.ts';
import { uuid } from './uuid.ts';

const text = `
  WITH point AS (
    INSERT INTO metric_points (series_id, step, time, value)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::double precision[])
  ), latest AS (
    UPDATE metric_series s SET value = l.value, step = l.step, time = l.time
    FROM unnest($5::bigint[], $6::bigint[], $7::timestamptz[], $8::double precision[]) AS l (id, step, time, value)
    WHERE s.id = l.id
  ), change AS (
    INSERT INTO changes (object_kind, object_id, namespace, action, detail, actor, address, request_id, at)
    VALUES ('experiment', $9::uuid, 'ai/vision', 'metrics_logged', $10, 'local', '127.0.0.1', $11, $12::timestamptz)
  )
  INSERT INTO idempotency_receipts (scope, body_hash, status, object_kind, object_id, created_at)
  VALUES ($13, $14, 200, 'experiment.metrics', $9, $12)`;

interface Settings {
  readonly url: string;
  readonly batch: Batch;
  readonly experiments: readonly string[];
}

serveParent(async ({ url, batch, experiments }: Settings) => {
  const seriesOf = experiments.map(() => new Map<string, number>());
  return inFlight(url, experiments.length, async (client, connection, n) => {
    const experiment = experiments[connection];
    const known = seriesOf[connection] ?? new Map<string, number>();
    const points = pointsOf(batch, n);
    const latest = [...new Map(points.map((point) => [point.key, point])).values()];
    if (known.size === 0) {
      const { rows } = await client.query<{ id: number; key: string }>(
        `INSERT INTO metric_series (object_kind, object_id, scope_id, key, value)
         SELECT 'experiment', $1, (SELECT namespace_id FROM experiments WHERE id = $1), key, 0
         FROM unnest($2::text[]) AS key RETURNING id, key`,
        [experiment, latest.map(({ key }) => key)],
      );
      for (const { id, key } of rows) known.set(key, id);
    }
    const columns = (of: typeof points) => [
      of.map(({ key }) => known.get(key)),
      of.map(({ step }) => step),
      of.map(({ time }) => time ?? null),
      of.map(({ value }) => value),
    ];
    const values = [
      ...columns(points),
      ...columns(latest),
      experiment,
      JSON.stringify({ points: points.length, latest: latest.map(({ key, value }) => [key, value, null]) }),
      uuid(),
      new Date(),
      uuid(),
      randomBytes(8).readBigInt64BE(),
    ];
    await client.query({ name: 'metrics', text, values });
  });
});
