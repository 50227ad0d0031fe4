// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { ExperimentsMetricsListQuery, LogMetrics, LoggedPoint, MetricSummary } from '../schemas.ts';

/** The metrics of experiments. */
export class ExperimentsMetrics extends Resource {
  /**
   * Log metrics of an experiment.
   *
   * Stores all points or none. Key, dataset with digest, step, and time as sent identify a point. Repeating a
   * point changes nothing; another value for the same identity replaces it.
   */
  log(experiment: string, body: LogMetrics, options?: WriteOptions): APIPromise<MetricSummary> {
    return this.http.send<MetricSummary>({
      method: 'POST',
      url: url`/v1/experiments/${experiment}/metrics`,
      body,
      options,
    });
  }

  /**
   * Read the metric series of an experiment.
   *
   * Points are ordered by key, dataset, step and time. Points without step or time come first.
   */
  list(
    experiment: string,
    query?: ExperimentsMetricsListQuery,
    options?: CallOptions,
  ): PagePromise<LoggedPoint> {
    return this.http.list<LoggedPoint>({ url: url`/v1/experiments/${experiment}/metrics`, query, options });
  }
}
