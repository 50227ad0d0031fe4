// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import { ExperimentsCheckpoints } from './experiments-checkpoints.ts';
import { ExperimentsEvents } from './experiments-events.ts';
import { ExperimentsFiles } from './experiments-files.ts';
import { ExperimentsMetadata } from './experiments-metadata.ts';
import { ExperimentsMetrics } from './experiments-metrics.ts';
import type {
  Experiment,
  ExperimentCreate,
  ExperimentUpdate,
  ExperimentsGetQuery,
  ExperimentsListQuery,
} from '../schemas.ts';

/** Training runs. */
export class Experiments extends Resource {
  readonly checkpoints = new ExperimentsCheckpoints(this.http);
  readonly events = new ExperimentsEvents(this.http);
  readonly files = new ExperimentsFiles(this.http);
  readonly metadata = new ExperimentsMetadata(this.http);
  readonly metrics = new ExperimentsMetrics(this.http);

  /**
   * Create an experiment.
   *
   * If the experiment exists, it is returned unchanged with 200, so pipelines can restart.
   */
  create(body: ExperimentCreate, options?: WriteOptions): APIPromise<Experiment> {
    return this.http.send<Experiment>({ method: 'POST', url: '/v1/experiments', body, options });
  }

  /** List experiments. */
  list(query?: ExperimentsListQuery, options?: CallOptions): PagePromise<Experiment> {
    return this.http.list<Experiment>({ url: '/v1/experiments', query, options });
  }

  /** Read an experiment. */
  get(experiment: string, query?: ExperimentsGetQuery, options?: CallOptions): APIPromise<Experiment> {
    return this.http.send<Experiment>({
      method: 'GET',
      url: url`/v1/experiments/${experiment}`,
      query,
      options,
    });
  }

  /** Update an experiment by JSON merge patch. */
  update(experiment: string, body: ExperimentUpdate, options?: ConditionalOptions): APIPromise<Experiment> {
    return this.http.send<Experiment>({
      method: 'PATCH',
      url: url`/v1/experiments/${experiment}`,
      body,
      options,
    });
  }

  /**
   * Soft-delete an experiment; it can be restored within the grace time.
   *
   * Its checkpoints are deleted and restored with it.
   */
  delete(experiment: string, options?: ConditionalOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/experiments/${experiment}`, options });
  }

  /** Restore a deleted experiment. */
  restore(experiment: string, options?: ConditionalOptions): APIPromise<Experiment> {
    return this.http.send<Experiment>({
      method: 'POST',
      url: url`/v1/experiments/${experiment}/restore`,
      options,
    });
  }
}
