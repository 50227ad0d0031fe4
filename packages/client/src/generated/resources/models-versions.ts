// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { ModelsVersionsListQuery, Version, VersionCreate } from '../schemas.ts';

/** The versions of models. */
export class ModelsVersions extends Resource {
  /**
   * Create a version of a model.
   *
   * Repeating the same create returns the existing version with 200. A different body returns 409.
   */
  create(model: string, body: VersionCreate, options?: WriteOptions): APIPromise<Version> {
    return this.http.send<Version>({ method: 'POST', url: url`/v1/models/${model}/versions`, body, options });
  }

  /** List the versions of a model. */
  list(model: string, query?: ModelsVersionsListQuery, options?: CallOptions): PagePromise<Version> {
    return this.http.list<Version>({ url: url`/v1/models/${model}/versions`, query, options });
  }
}
