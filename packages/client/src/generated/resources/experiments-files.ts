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
  ExperimentsFilesListQuery,
  ExperimentsFilesUploadQuery,
  File,
  FileList,
  TrackFiles,
} from '../schemas.ts';

/** The files of experiments. */
export class ExperimentsFiles extends Resource {
  /** List the files of an experiment, by path. */
  list(experiment: string, query?: ExperimentsFilesListQuery, options?: CallOptions): PagePromise<File> {
    return this.http.list<File>({ url: url`/v1/experiments/${experiment}/files`, query, options });
  }

  /**
   * Track files of an experiment where they lie.
   *
   * A path that is taken by the same URI is left as it is; by anything else: 409.
   */
  track(experiment: string, body: TrackFiles, options?: WriteOptions): APIPromise<FileList> {
    return this.http.send<FileList>({
      method: 'POST',
      url: url`/v1/experiments/${experiment}/files`,
      body,
      options,
    });
  }

  /**
   * Make files of an experiment out of content that is stored already.
   *
   * All or none. Of content that a file of some object has which the caller may read; any other is 404 and
   * must be uploaded. A path that has the same content is left as it is, one that has other content gets
   * this.
   */
  attach(experiment: string, body: AttachFiles, options?: WriteOptions): APIPromise<FileList> {
    return this.http.send<FileList>({
      method: 'POST',
      url: url`/v1/experiments/${experiment}/files/attach`,
      body,
      options,
    });
  }

  /**
   * Upload a file of an experiment.
   *
   * The body is the content. It is hashed while it streams in and visible only when it is whole. `If-Match`
   * and `If-None-Match` hold of the file at the path: with `If-None-Match: *` no file is replaced.
   */
  upload(
    experiment: string,
    path: string,
    source: UploadSource,
    options?: FileUploadOptions & ExperimentsFilesUploadQuery,
  ): APIPromise<File> {
    return this.http.uploadFile({
      url: url`/v1/experiments/${experiment}/files/${path}`,
      query: { role: options?.role },
      to: { experiment, path },
      source,
      options,
    });
  }

  /**
   * Download a file of an experiment.
   *
   * Answers HEAD, ranges (RFC 9110; several come as `multipart/byteranges`) and conditions; the ETag is the
   * SHA-256, and so is `Repr-Digest`.
   */
  download(experiment: string, path: string, options?: DownloadOptions): DownloadPromise {
    return this.http.download({ url: url`/v1/experiments/${experiment}/files/${path}`, options });
  }

  /** Delete a file of an experiment. */
  delete(experiment: string, path: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({
      method: 'DELETE',
      url: url`/v1/experiments/${experiment}/files/${path}`,
      options,
    });
  }
}
