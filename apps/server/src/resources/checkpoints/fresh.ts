import { type Checkpoint, FILES_INLINE_MAX } from '@modelbox/schema';
import { etagOf } from '../../protocol/http/preconditions.ts';
import type { Located } from '../../protocol/located.ts';
import type { Answered } from '../../protocol/verb.ts';
import { type FileRow, toFile } from '../files/wire.ts';
import { type LatestRow, latestValues } from '../metrics/latest.ts';
import type { NewCheckpoint } from './queries.ts';

/**
 * Builds the answer for a new checkpoint from the inserted values, without reading it again.
 * @param labels names of datasets by id.
 */
export function freshCheckpoint(
  experiment: Located,
  row: Omit<NewCheckpoint, 'points'>,
  latest: LatestRow[] | null,
  labels: ReadonlyMap<string, string>,
): Answered<Checkpoint> {
  const files = (JSON.parse(row.files) as FileRow[]).sort((a, b) =>
    Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)),
  );
  const at = row.now.toISOString();
  return {
    status: 201,
    etag: etagOf(1),
    body: {
      namespace: experiment.namespace,
      experiment: experiment.name,
      experimentId: experiment.id,
      epoch: row.epoch,
      step: row.step,
      status: row.status,
      metadata: JSON.parse(row.metadata) as Record<string, unknown>,
      tags: [...row.tags],
      files: files.slice(0, FILES_INLINE_MAX).map(toFile),
      fileCount: files.length,
      ...latestValues(
        (latest ?? []).map(
          ([key, value, dataset]): LatestRow => [key, value, dataset && (labels.get(dataset) ?? dataset)],
        ),
      ),
      readyAt: row.status === 'ready' ? at : null,
      hold: null,
      filesRemovedAt: null,
      id: row.id,
      createdBy: row.actor,
      createdAt: at,
      updatedAt: at,
      deletedAt: null,
    },
  };
}
