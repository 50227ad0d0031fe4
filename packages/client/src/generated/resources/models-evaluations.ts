// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { CallOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Evaluation, ModelsEvaluationsListQuery } from '../schemas.ts';

/** The evaluations of models. */
export class ModelsEvaluations extends Resource {
  /**
   * List required evaluations, oldest version first.
   *
   * Covers all ready versions, on the datasets that the policy lists in `evaluate`.
   */
  list(model: string, query?: ModelsEvaluationsListQuery, options?: CallOptions): PagePromise<Evaluation> {
    return this.http.list<Evaluation>({ url: url`/v1/models/${model}/evaluations`, query, options });
  }
}
