// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { DownloadPromise } from '../../core/download-promise.ts';
import type { CallOptions, ConditionalOptions, DownloadOptions, WriteOptions } from '../../core/options.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import { CheckpointsDecisions } from './checkpoints-decisions.ts';
import { CheckpointsEvents } from './checkpoints-events.ts';
import { CheckpointsFiles } from './checkpoints-files.ts';
import { CheckpointsHold } from './checkpoints-hold.ts';
import { CheckpointsMetadata } from './checkpoints-metadata.ts';
import { CheckpointsMetrics } from './checkpoints-metrics.ts';
import type {
  Checkpoint,
  CheckpointUpdate,
  CheckpointsArchiveQuery,
  CheckpointsGetQuery,
  Promotion,
  Version,
} from '../schemas.ts';

/** Snapshots that a training run writes. */
export class Checkpoints extends Resource {
  readonly decisions = new CheckpointsDecisions(this.http);
  readonly events = new CheckpointsEvents(this.http);
  readonly files = new CheckpointsFiles(this.http);
  readonly hold = new CheckpointsHold(this.http);
  readonly metadata = new CheckpointsMetadata(this.http);
  readonly metrics = new CheckpointsMetrics(this.http);

  /** Read a checkpoint. */
  get(checkpoint: string, query?: CheckpointsGetQuery, options?: CallOptions): APIPromise<Checkpoint> {
    return this.http.send<Checkpoint>({
      method: 'GET',
      url: url`/v1/checkpoints/${checkpoint}`,
      query,
      options,
    });
  }

  /** Update a checkpoint by JSON merge patch. */
  update(checkpoint: string, body: CheckpointUpdate, options?: ConditionalOptions): APIPromise<Checkpoint> {
    return this.http.send<Checkpoint>({
      method: 'PATCH',
      url: url`/v1/checkpoints/${checkpoint}`,
      body,
      options,
    });
  }

  /**
   * Soft-delete a checkpoint; it can be restored within the grace time.
   *
   * Its epoch and step can then be used by another checkpoint.
   */
  delete(checkpoint: string, options?: ConditionalOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/checkpoints/${checkpoint}`, options });
  }

  /**
   * Restore a deleted checkpoint.
   *
   * Also restores all files that retention removed. Returns 404 after the grace time. If only the grace time
   * of the files is over, a deleted object is restored without them and `filesRemovedAt` is set.
   */
  restore(checkpoint: string, options?: ConditionalOptions): APIPromise<Checkpoint> {
    return this.http.send<Checkpoint>({
      method: 'POST',
      url: url`/v1/checkpoints/${checkpoint}/restore`,
      options,
    });
  }

  /** Finalize a pending checkpoint: its file set becomes immutable. */
  finalize(checkpoint: string, options?: ConditionalOptions): APIPromise<Checkpoint> {
    return this.http.send<Checkpoint>({
      method: 'POST',
      url: url`/v1/checkpoints/${checkpoint}/finalize`,
      options,
    });
  }

  /** Create a version of a model from a ready checkpoint, with the same files. */
  promote(checkpoint: string, body: Promotion, options?: WriteOptions): APIPromise<Version> {
    return this.http.send<Version>({
      method: 'POST',
      url: url`/v1/checkpoints/${checkpoint}/promote`,
      body,
      options,
    });
  }

  /**
   * Download all files of a checkpoint as one archive.
   *
   * Sends the stored files of a ready checkpoint as one tar or zip, ordered by path. Supports HEAD and
   * conditional requests. The same files always give the same bytes and ETag.
   */
  archive(checkpoint: string, options?: DownloadOptions & CheckpointsArchiveQuery): DownloadPromise {
    return this.http.download({
      url: url`/v1/checkpoints/${checkpoint}/archive`,
      query: { format: options?.format, tracked: options?.tracked },
      options,
    });
  }
}
