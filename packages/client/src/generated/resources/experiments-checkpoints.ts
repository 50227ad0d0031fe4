// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Checkpoint, CheckpointCreate, ExperimentsCheckpointsListQuery } from '../schemas.ts';

/** The checkpoints of experiments. */
export class ExperimentsCheckpoints extends Resource {
  /**
   * Create a checkpoint of an experiment.
   *
   * Repeating the same create returns the existing checkpoint with 200. A different body returns 409.
   */
  create(experiment: string, body: CheckpointCreate, options?: WriteOptions): APIPromise<Checkpoint> {
    return this.http.send<Checkpoint>({
      method: 'POST',
      url: url`/v1/experiments/${experiment}/checkpoints`,
      body,
      options,
    });
  }

  /** List the checkpoints of an experiment. */
  list(
    experiment: string,
    query?: ExperimentsCheckpointsListQuery,
    options?: CallOptions,
  ): PagePromise<Checkpoint> {
    return this.http.list<Checkpoint>({
      url: url`/v1/experiments/${experiment}/checkpoints`,
      query,
      options,
    });
  }

  /** Read the newest ready checkpoint of an experiment. */
  latest(experiment: string, options?: CallOptions): APIPromise<Checkpoint> {
    return this.http.send<Checkpoint>({
      method: 'GET',
      url: url`/v1/experiments/${experiment}/checkpoints/latest`,
      options,
    });
  }
}
