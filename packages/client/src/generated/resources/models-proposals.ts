// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { CallOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { ModelsProposalsListQuery, Proposal } from '../schemas.ts';

/** The proposals of models. */
export class ModelsProposals extends Resource {
  /** List the proposals for a model, newest first. */
  list(model: string, query?: ModelsProposalsListQuery, options?: CallOptions): PagePromise<Proposal> {
    return this.http.list<Proposal>({ url: url`/v1/models/${model}/proposals`, query, options });
  }
}
