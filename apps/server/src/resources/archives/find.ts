import { prepared } from '@modelbox/db';
import type { ArchivedKind } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';

export interface Source {
  readonly name: string;
  readonly status: 'pending' | 'ready';
  readonly readyAt: Date;
}

const sources = {
  version: prepared<[objectId: string], Source>(
    'archive_version',
    `SELECT m.name || '-' || v.version AS name, v.status, coalesce(v.ready_at, v.created_at) AS "readyAt"
     FROM versions v JOIN models m ON m.id = v.model_id WHERE v.id = $1`,
  ),
  checkpoint: prepared<[objectId: string], Source>(
    'archive_checkpoint',
    `SELECT e.name || coalesce('-epoch-' || c.epoch, '') || coalesce('-step-' || c.step, '') AS name, c.status,
       coalesce(c.ready_at, c.created_at) AS "readyAt"
     FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id WHERE c.id = $1`,
  ),
};

export const findSource = (
  ctx: RequestContext,
  kind: ArchivedKind,
  id: string,
): Promise<Source | undefined> =>
  ctx.costs.run(ctx, async ({ db }) => (await sources[kind](db.requests, id))[0]);

export interface FoundFile {
  readonly path: string;
  /** Null if the file is stored here, not tracked. */
  readonly uri: string | null;
  readonly key: string | null;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly isCorrupt: boolean;
}

const files = prepared<[objectId: string], FoundFile>(
  'archive_files',
  `SELECT f.path, f.uri, b.key, f.size_bytes AS "sizeBytes", f.sha256, b.corrupt_at IS NOT NULL AS "isCorrupt"
   FROM files f LEFT JOIN blobs b ON b.id = f.blob_id WHERE f.object_id = $1 ORDER BY f.path`,
);

export const findFiles = (ctx: RequestContext, objectId: string): Promise<FoundFile[]> =>
  ctx.costs.run(ctx, ({ db }) => files(db.requests, objectId));
