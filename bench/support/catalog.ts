import { onDatabase } from './databases.ts';

export const MODEL = 'ai/vision/yolo';

/** Creates versions of one model: rows as the server writes them, with tags, metadata, files and metrics. */
export const makeVersions = (url: string, count: number): Promise<void> =>
  onDatabase(url, async (client) => {
    await client.query(
      `WITH model AS (
         INSERT INTO models (id, namespace_id, name, owner, task, description, metadata, tags,
                             created_by, created_at, updated_at)
         VALUES (uuid_v7(now()), ensure_namespace('ai/vision', '{"actor": "bench"}', now()), 'yolo', 'owner@email.com',
                 'object_detection', 'yolo_des', '{"meta": "foo"}', '{vision}', 'bench', now(), now())
         RETURNING id
       ), made AS (
         INSERT INTO versions (id, model_id, version, name, description, framework, status, metadata, tags,
                               create_hash, created_by, created_at, updated_at, ready_at)
         SELECT uuid_v7(at), model.id, 'v' || n, 'yolo_v' || n, 'Trained on the custom dataset', 'pytorch', 'ready',
                jsonb_build_object('train', jsonb_build_object('lr', 0.001 * (n % 100), 'epochs', n % 300),
                                   'license', (ARRAY['mit', 'apache-2.0', 'proprietary'])[1 + n % 3],
                                   'commit', md5(n::text)),
                CASE WHEN n % 50 = 0 THEN '{nightly,gold}'::text[] ELSE '{nightly}' END,
                sha256(n::text::bytea), 'bench', at, at, at
         FROM model, generate_series(1, $1::int) AS n, LATERAL (SELECT now() - ($1 - n) * interval '1 second') AS t (at)
         RETURNING id, model_id, version, created_at
       ), filed AS (
         INSERT INTO files (id, object_kind, object_id, path, role, uri, state, created_by, created_at)
         SELECT uuid_v7(created_at), 'version', id, 'model.pt', 'model', 's3://models/yolo/' || version || '/model.pt',
                'tracked', 'bench', created_at
         FROM made
       ), series AS (
         INSERT INTO metric_series (object_kind, object_id, scope_id, key, value)
         SELECT 'version', id, model_id, key, random()
         FROM made, unnest(ARRAY['val_accuracy', 'val_loss', 'mAP']) AS key
         RETURNING id, value
       )
       INSERT INTO metric_points (series_id, value) SELECT id, value FROM series`,
      [count],
    );
    await client.query(
      `INSERT INTO aliases (id, model_id, name, version_id, created_at, updated_at)
       SELECT uuid_v7(now()), model_id, 'prod', id, now(), now() FROM versions ORDER BY created_at DESC LIMIT 1`,
    );
    // Autovacuum would do this within its first minutes.
    await client.query('VACUUM (ANALYZE)');
  });
