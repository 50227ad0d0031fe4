// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Dataset, DatasetCreate, DatasetUpdate, DatasetsListQuery } from '../schemas.ts';

/** References to data that is stored outside of ModelBox. */
export class Datasets extends Resource {
  /**
   * Create a dataset.
   *
   * If the dataset exists, it is returned unchanged with 200.
   */
  create(body: DatasetCreate, options?: WriteOptions): APIPromise<Dataset> {
    return this.http.send<Dataset>({ method: 'POST', url: '/v1/datasets', body, options });
  }

  /** List datasets. */
  list(query?: DatasetsListQuery, options?: CallOptions): PagePromise<Dataset> {
    return this.http.list<Dataset>({ url: '/v1/datasets', query, options });
  }

  /** Read a dataset. */
  get(dataset: string, options?: CallOptions): APIPromise<Dataset> {
    return this.http.send<Dataset>({ method: 'GET', url: url`/v1/datasets/${dataset}`, options });
  }

  /** Update a dataset by JSON merge patch. */
  update(dataset: string, body: DatasetUpdate, options?: ConditionalOptions): APIPromise<Dataset> {
    return this.http.send<Dataset>({ method: 'PATCH', url: url`/v1/datasets/${dataset}`, body, options });
  }
}
