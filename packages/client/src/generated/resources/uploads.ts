// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import { UploadsParts } from './uploads-parts.ts';
import type { Upload, UploadComplete, UploadCreate, UploadsListQuery } from '../schemas.ts';

/** Resumable uploads of large files, in parts. */
export class Uploads extends Resource {
  readonly parts = new UploadsParts(this.http);

  /**
   * Start an upload in parts.
   *
   * Fails at once if the file cannot be stored, for example because the object is frozen, the path is
   * tracked, or the size exceeds a limit.
   */
  create(body: UploadCreate, options?: WriteOptions): APIPromise<Upload> {
    return this.http.send<Upload>({ method: 'POST', url: '/v1/uploads', body, options });
  }

  /**
   * List the uploads of an object, newest first.
   *
   * Name exactly one object. Finished uploads are listed for a week.
   */
  list(query?: UploadsListQuery, options?: CallOptions): PagePromise<Upload> {
    return this.http.list<Upload>({ url: '/v1/uploads', query, options });
  }

  /** Read an upload. */
  get(upload: string, options?: CallOptions): APIPromise<Upload> {
    return this.http.send<Upload>({ method: 'GET', url: url`/v1/uploads/${upload}`, options });
  }

  /**
   * Abort an upload and remove its parts.
   *
   * An upload that failed, expired or was aborted stays unchanged. A completed one returns 409.
   */
  abort(upload: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/uploads/${upload}`, options });
  }

  /**
   * Complete an upload: create the file from its parts.
   *
   * The file exists at once, in state `verifying`. It can be downloaded when the server has read it back and
   * computed its SHA-256. If the store cannot assemble the parts now, the server keeps retrying
   * (`completing`). A repeated call returns the upload unchanged.
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
