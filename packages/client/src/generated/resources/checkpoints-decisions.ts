// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { CallOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { CheckpointsDecisionsListQuery, Decision } from '../schemas.ts';

/** The decisions of checkpoints. */
export class CheckpointsDecisions extends Resource {
  /** List the decisions about a checkpoint, newest first. */
  list(
    checkpoint: string,
    query?: CheckpointsDecisionsListQuery,
    options?: CallOptions,
  ): PagePromise<Decision> {
    return this.http.list<Decision>({ url: url`/v1/checkpoints/${checkpoint}/decisions`, query, options });
  }
}
