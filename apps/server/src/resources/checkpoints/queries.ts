import type { LatestRow } from '../metrics/latest.ts';

export interface NewCheckpoint {
  readonly id: string;
  readonly experimentId: string;
  readonly epoch: number | null;
  readonly step: number | null;
  readonly status: 'pending' | 'ready';
  readonly metadata: string;
  readonly tags: readonly string[];
  readonly createHash: Buffer;
  readonly actor: string;
  readonly now: Date;
  readonly files: string;
  readonly points: string[];
  readonly mostKeys: number;
  readonly namespace: string;
  /** JSON of the fields of the checkpoint, and of the author of the change. */
  readonly after: string;
  readonly by: string;
  readonly idempotency: { readonly scope: string; readonly bodyHash: bigint } | undefined;
}

export interface CheckpointOutcome {
  /** False if the idempotency key was used before. */
  claimed: boolean;
  /** False if the experiment is deleted or gone. */
  lives: boolean;
  /** False if another checkpoint has this epoch and step. */
  created: boolean;
  /** `[key, value, dataset id]` */
  latest: LatestRow[] | null;
}

/**
 * Logs a checkpoint in one statement, and so in one transaction: idempotency key, checkpoint, files, metrics and
 * change. It takes one round trip, and is parsed and planned once per connection.
 */
export const insertCheckpoint = {
  name: 'insert_checkpoint',
  text: `
  WITH claim AS MATERIALIZED (
    SELECT CASE WHEN $1::uuid IS NULL THEN true
                ELSE claim_idempotency_key($1, $2::bigint, $3::timestamptz, 201, 'checkpoint', $4::uuid) END AS ok
  ), experiment AS (
    SELECT e.id FROM experiments e, claim WHERE claim.ok AND e.id = $5::uuid AND e.deleted_at IS NULL
  ), created AS (
    INSERT INTO checkpoints (id, experiment_id, epoch, step, status, metadata, tags, create_hash,
                             created_by, created_at, updated_at, ready_at)
    SELECT $4, id, $6::bigint, $7::bigint, $8::text, $9::jsonb, $10::text[], $11::bytea,
           $12::text, $3, $3, CASE WHEN $8 = 'ready' THEN $3 END
    FROM experiment
    ON CONFLICT (experiment_id, epoch, step) WHERE deleted_at IS NULL DO NOTHING
    RETURNING id, experiment_id
  ), filed AS (
    INSERT INTO files (id, object_kind, object_id, path, role, uri, size_bytes, sha256, state, created_by, created_at)
    SELECT f.id, 'checkpoint', created.id, f.path, f.role, f.uri, f."sizeBytes", f.sha256, f.state, $12, $3
    FROM created, json_to_recordset($13::json) AS f (
      id uuid, path text, role text, uri text, "sizeBytes" bigint, sha256 text, state text)
  ), logged AS (
    SELECT l.latest FROM created, log_metrics_within('checkpoint', created.id, created.experiment_id, $14::text[],
      $18::integer) AS l
  ), recorded AS (
    SELECT record_change('checkpoint', created.id, $15::text, 'created', NULL, $16::jsonb, NULL, $17::jsonb, $3) AS id
    FROM created
  )
  SELECT claim.ok AS claimed, EXISTS (SELECT 1 FROM experiment) AS lives, EXISTS (SELECT 1 FROM created) AS created,
         (SELECT latest FROM logged) AS latest, (SELECT id FROM recorded) AS "changeId",
         CASE WHEN $1 IS NOT NULL AND claim.ok AND NOT EXISTS (SELECT 1 FROM created)
              THEN undo_write('no checkpoint made') END AS aborted
  FROM claim`,
  values: (c: NewCheckpoint): unknown[] => [
    c.idempotency?.scope ?? null,
    c.idempotency?.bodyHash ?? null,
    c.now,
    c.id,
    c.experimentId,
    c.epoch,
    c.step,
    c.status,
    c.metadata,
    c.tags,
    c.createHash,
    c.actor,
    c.files,
    c.points,
    c.namespace,
    c.after,
    c.by,
    c.mostKeys,
  ],
};
