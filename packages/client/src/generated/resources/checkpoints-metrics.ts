// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { CheckpointsMetricsListQuery, LogMetrics, LoggedPoint, MetricSummary } from '../schemas.ts';

/** The metrics of checkpoints. */
export class CheckpointsMetrics extends Resource {
  /**
   * Log metrics of a checkpoint.
   *
   * Stores all points or none. Key, dataset with digest, step, and time as sent identify a point. Repeating a
   * point changes nothing; another value for the same identity replaces it.
   */
  log(checkpoint: string, body: LogMetrics, options?: WriteOptions): APIPromise<MetricSummary> {
    return this.http.send<MetricSummary>({
      method: 'POST',
      url: url`/v1/checkpoints/${checkpoint}/metrics`,
      body,
      options,
    });
  }

  /**
   * Read the metric series of a checkpoint.
   *
   * Points are ordered by key, dataset, step and time. Points without step or time come first.
   */
  list(
    checkpoint: string,
    query?: CheckpointsMetricsListQuery,
    options?: CallOptions,
  ): PagePromise<LoggedPoint> {
    return this.http.list<LoggedPoint>({ url: url`/v1/checkpoints/${checkpoint}/metrics`, query, options });
  }
}
