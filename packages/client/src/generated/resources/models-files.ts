// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { DownloadPromise } from '../../core/download-promise.ts';
import type { CallOptions, DownloadOptions, FileUploadOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import type { UploadSource } from '../../core/upload-source.ts';
import { url } from '../../core/url.ts';
import type {
  AttachFiles,
  File,
  FileList,
  ModelsFilesListQuery,
  ModelsFilesUploadQuery,
  TrackFiles,
} from '../schemas.ts';

/** The files of models. */
export class ModelsFiles extends Resource {
  /** List the files of a model, by path. */
  list(model: string, query?: ModelsFilesListQuery, options?: CallOptions): PagePromise<File> {
    return this.http.list<File>({ url: url`/v1/models/${model}/files`, query, options });
  }

  /**
   * Track files of a model where they lie.
   *
   * A path that is taken by the same URI is left as it is; by anything else: 409.
   */
  track(model: string, body: TrackFiles, options?: WriteOptions): APIPromise<FileList> {
    return this.http.send<FileList>({ method: 'POST', url: url`/v1/models/${model}/files`, body, options });
  }

  /**
   * Make files of a model out of content that is stored already.
   *
   * All or none. Of content that a file of some object has which the caller may read; any other is 404 and
   * must be uploaded. A path that has the same content is left as it is, one that has other content gets
   * this.
   */
  attach(model: string, body: AttachFiles, options?: WriteOptions): APIPromise<FileList> {
    return this.http.send<FileList>({
      method: 'POST',
      url: url`/v1/models/${model}/files/attach`,
      body,
      options,
    });
  }

  /**
   * Upload a file of a model.
   *
   * The body is the content. It is hashed while it streams in and visible only when it is whole. `If-Match`
   * and `If-None-Match` hold of the file at the path: with `If-None-Match: *` no file is replaced.
   */
  upload(
    model: string,
    path: string,
    source: UploadSource,
    options?: FileUploadOptions & ModelsFilesUploadQuery,
  ): APIPromise<File> {
    return this.http.uploadFile({
      url: url`/v1/models/${model}/files/${path}`,
      query: { role: options?.role },
      to: { model, path },
      source,
      options,
    });
  }

  /**
   * Download a file of a model.
   *
   * Answers HEAD, ranges (RFC 9110; several come as `multipart/byteranges`) and conditions; the ETag is the
   * SHA-256, and so is `Repr-Digest`.
   */
  download(model: string, path: string, options?: DownloadOptions): DownloadPromise {
    return this.http.download({ url: url`/v1/models/${model}/files/${path}`, options });
  }

  /** Delete a file of a model. */
  delete(model: string, path: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/models/${model}/files/${path}`, options });
  }
}
