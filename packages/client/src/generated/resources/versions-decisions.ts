// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { CallOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Decision, VersionsDecisionsListQuery } from '../schemas.ts';

/** The decisions of versions. */
export class VersionsDecisions extends Resource {
  /** List the decisions about a version, newest first. */
  list(version: string, query?: VersionsDecisionsListQuery, options?: CallOptions): PagePromise<Decision> {
    return this.http.list<Decision>({ url: url`/v1/versions/${version}/decisions`, query, options });
  }
}
