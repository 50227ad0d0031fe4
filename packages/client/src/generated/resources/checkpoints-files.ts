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
  CheckpointsFilesListQuery,
  CheckpointsFilesUploadQuery,
  File,
  FileList,
  TrackFiles,
} from '../schemas.ts';

/** The files of checkpoints. */
export class CheckpointsFiles extends Resource {
  /** List the files of a checkpoint, by path. */
  list(checkpoint: string, query?: CheckpointsFilesListQuery, options?: CallOptions): PagePromise<File> {
    return this.http.list<File>({ url: url`/v1/checkpoints/${checkpoint}/files`, query, options });
  }

  /**
   * Track files of a checkpoint at their location.
   *
   * A path that already tracks the same URI stays unchanged. Any other existing file at the path returns 409.
   */
  track(checkpoint: string, body: TrackFiles, options?: WriteOptions): APIPromise<FileList> {
    return this.http.send<FileList>({
      method: 'POST',
      url: url`/v1/checkpoints/${checkpoint}/files`,
      body,
      options,
    });
  }

  /**
   * Create files of a checkpoint from stored content.
   *
   * Creates all files or none. The caller must be able to read a file with the same content; otherwise the
   * content is 404 and must be uploaded. A path with the same content stays unchanged; other content is
   * replaced.
   */
  attach(checkpoint: string, body: AttachFiles, options?: WriteOptions): APIPromise<FileList> {
    return this.http.send<FileList>({
      method: 'POST',
      url: url`/v1/checkpoints/${checkpoint}/files/attach`,
      body,
      options,
    });
  }

  /**
   * Upload a file of a checkpoint.
   *
   * The body is the content. The server hashes it while it arrives; the file becomes visible when it is
   * complete. `If-Match` and `If-None-Match` apply to the file at the path: `If-None-Match: *` never replaces
   * a file.
   */
  upload(
    checkpoint: string,
    path: string,
    source: UploadSource,
    options?: FileUploadOptions & CheckpointsFilesUploadQuery,
  ): APIPromise<File> {
    return this.http.uploadFile({
      url: url`/v1/checkpoints/${checkpoint}/files/${path}`,
      query: { role: options?.role },
      to: { checkpoint, path },
      source,
      options,
    });
  }

  /**
   * Download a file of a checkpoint.
   *
   * Supports HEAD, range requests (RFC 9110; several ranges return `multipart/byteranges`) and conditional
   * requests. The ETag and `Repr-Digest` are the SHA-256.
   */
  download(checkpoint: string, path: string, options?: DownloadOptions): DownloadPromise {
    return this.http.download({ url: url`/v1/checkpoints/${checkpoint}/files/${path}`, options });
  }

  /** Delete a file of a checkpoint. */
  delete(checkpoint: string, path: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({
      method: 'DELETE',
      url: url`/v1/checkpoints/${checkpoint}/files/${path}`,
      options,
    });
  }
}
