// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { CallOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Decision, ModelsDecisionsListQuery } from '../schemas.ts';

/** The decisions of models. */
export class ModelsDecisions extends Resource {
  /** List the decisions about a model, newest first. */
  list(model: string, query?: ModelsDecisionsListQuery, options?: CallOptions): PagePromise<Decision> {
    return this.http.list<Decision>({ url: url`/v1/models/${model}/decisions`, query, options });
  }
}
