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

/** What a run writes as it goes. */
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

  /** Change a checkpoint by JSON merge patch. */
  update(checkpoint: string, body: CheckpointUpdate, options?: ConditionalOptions): APIPromise<Checkpoint> {
    return this.http.send<Checkpoint>({
      method: 'PATCH',
      url: url`/v1/checkpoints/${checkpoint}`,
      body,
      options,
    });
  }

  /**
   * Delete a checkpoint; it can be restored for a while.
   *
   * Its place is free for another checkpoint of the same epoch and step.
   */
  delete(checkpoint: string, options?: ConditionalOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/checkpoints/${checkpoint}`, options });
  }

  /**
   * Restore a deleted checkpoint.
   *
   * Also brings back all files that retention removed from it. 404 after the grace time; if only that of the
   * files is over, a deleted object comes back without them, and `filesRemovedAt` says so.
   */
  restore(checkpoint: string, options?: ConditionalOptions): APIPromise<Checkpoint> {
    return this.http.send<Checkpoint>({
      method: 'POST',
      url: url`/v1/checkpoints/${checkpoint}/restore`,
      options,
    });
  }

  /** Make a pending checkpoint ready: its file set is complete. */
  finalize(checkpoint: string, options?: ConditionalOptions): APIPromise<Checkpoint> {
    return this.http.send<Checkpoint>({
      method: 'POST',
      url: url`/v1/checkpoints/${checkpoint}/finalize`,
      options,
    });
  }

  /** Make a ready checkpoint a version of a model, over the same files. */
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
   * The stored files of a ready checkpoint, by path, as one tar or zip that is made while it is sent. Answers
   * HEAD and conditions; the same files give the same bytes and ETag.
   */
  archive(checkpoint: string, options?: DownloadOptions & CheckpointsArchiveQuery): DownloadPromise {
    return this.http.download({
      url: url`/v1/checkpoints/${checkpoint}/archive`,
      query: { format: options?.format, tracked: options?.tracked },
      options,
    });
  }
}
