// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import { UploadsParts } from './uploads-parts.ts';
import type { Upload, UploadComplete, UploadCreate, UploadsListQuery } from '../schemas.ts';

/** Files that come in parts, over days and from where they were cut off. */
export class Uploads extends Resource {
  readonly parts = new UploadsParts(this.http);

  /**
   * Begin a file that comes in parts.
   *
   * Refused at once where the file could not be stored: a frozen object, a tracked path, a size.
   */
  create(body: UploadCreate, options?: WriteOptions): APIPromise<Upload> {
    return this.http.send<Upload>({ method: 'POST', url: '/v1/uploads', body, options });
  }

  /**
   * List the uploads to an object, newest first.
   *
   * Exactly one object. Uploads that are over are kept for a week.
   */
  list(query?: UploadsListQuery, options?: CallOptions): PagePromise<Upload> {
    return this.http.list<Upload>({ url: '/v1/uploads', query, options });
  }

  /** Read an upload. */
  get(upload: string, options?: CallOptions): APIPromise<Upload> {
    return this.http.send<Upload>({ method: 'GET', url: url`/v1/uploads/${upload}`, options });
  }

  /**
   * Give an upload up; its parts are removed.
   *
   * One that came to nothing already stays as it is. Once it is completed: 409.
   */
  abort(upload: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/uploads/${upload}`, options });
  }

  /**
   * Make the file of its parts.
   *
   * The file is there at once, in state `verifying`; it can be downloaded when the whole was read back and
   * its SHA-256 computed. If the store cannot put the parts together now, the server goes on by itself
   * (`completing`). Again: the upload as it is.
   */
  complete(upload: string, body?: UploadComplete, options?: WriteOptions): APIPromise<Upload> {
    return this.http.send<Upload>({
      method: 'POST',
      url: url`/v1/uploads/${upload}/complete`,
      body,
      options,
    });
  }
}
