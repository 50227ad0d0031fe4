// Writes the rows of a checkpoint with `pg` alone: one prepared statement and plain INSERTs, with all values known.

import { randomBytes } from 'node:crypto';
import { checkpointBody } from '../support/bodies.ts';
import { inFlight } from './in-flight.ts';
import { serveParent } from './parent.ts';
import { uuid } from './uuid.ts';

const text = `
  WITH checkpoint AS (
    INSERT INTO checkpoints (id, experiment_id, epoch, step, status, metadata, tags, create_hash,
                             created_by, created_at, updated_at, ready_at)
    VALUES ($1::uuid, $2::uuid, NULL, $3, 'ready', $4, '{}', $5, 'local', $6::timestamptz, $6, $6)
  ), file AS (
    INSERT INTO files (id, object_kind, object_id, path, role, uri, state, created_by, created_at)
    SELECT id, 'checkpoint', $1, path, 'checkpoint', uri, 'tracked', 'local', $6
    FROM unnest($7::uuid[], $8::text[], $9::text[]) AS f (id, path, uri)
  ), series AS (
    INSERT INTO metric_series (object_kind, object_id, scope_id, key, value)
    SELECT 'checkpoint', $1, $2, key, value FROM unnest($10::text[], $11::double precision[]) AS m (key, value)
    RETURNING id, value
  ), point AS (
    INSERT INTO metric_points (series_id, value) SELECT id, value FROM series
  ), change AS (
    INSERT INTO changes (object_kind, object_id, namespace, action, after, actor, address, request_id, at)
    VALUES ('checkpoint', $1, 'ai/vision', 'created', $12, 'local', '127.0.0.1', $13, $6)
  )
  INSERT INTO idempotency_receipts (scope, body_hash, status, object_kind, object_id, created_at)
  VALUES ($14, $15, 201, 'checkpoint', $1, $6)`;

serveParent(({ url, experiments }: { url: string; experiments: string[] }) =>
  inFlight(url, experiments.length, (client, connection, n) => {
    const id = uuid();
    const experiment = experiments[connection];
    const { step, metadata, files, metrics } = checkpointBody(connection, n);
    const after = { id, experimentId: experiment, epoch: null, step, status: 'ready', metadata, tags: [] };
    const values = [
      id,
      experiment,
      step,
      JSON.stringify(metadata),
      randomBytes(32),
      new Date(),
      files.map(uuid),
      files.map((uri) => uri.slice(uri.lastIndexOf('/') + 1)),
      files,
      Object.keys(metrics),
      Object.values(metrics),
      JSON.stringify(after),
      uuid(),
      uuid(),
      randomBytes(8).readBigInt64BE(),
    ];
    return client.query({ name: 'checkpoint', text, values });
  }),
);
