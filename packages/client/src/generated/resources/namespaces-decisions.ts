// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { CallOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Decision, NamespacesDecisionsListQuery } from '../schemas.ts';

/** The decisions of namespaces. */
export class NamespacesDecisions extends Resource {
  /** List the retention decisions of a namespace about its checkpoints, newest first. */
  list(
    namespace: string,
    query?: NamespacesDecisionsListQuery,
    options?: CallOptions,
  ): PagePromise<Decision> {
    return this.http.list<Decision>({ url: url`/v1/namespaces/${namespace}/decisions`, query, options });
  }
}
