import type { CallOptions, FileUploadOptions } from '../core/options.ts';
import type { PartOptions } from '../core/part-options.ts';
import type { UploadSource } from '../core/upload-source.ts';
import type { File, FileRole, Version } from '../generated/schemas.ts';

/** How far all files together are. What is found to be there already counts as done. */
export interface TreeProgress {
  readonly bytes: number;
  /** Undefined where a stream's length is not known beforehand. */
  readonly totalBytes: number | undefined;
  readonly files: number;
  readonly totalFiles: number;
  /** The file that just moved on. */
  readonly path: string;
}

/** Options of `push` and `pull`. */
export interface TreeOptions extends CallOptions, PartOptions {
  /** What moves at the same time: files, and parts of large ones. Default: 4. */
  readonly concurrency?: number | undefined;
  readonly onProgress?: ((progress: TreeProgress) => void) | undefined;
}

/** Options of `push`. */
export interface PushOptions extends TreeOptions, Pick<FileUploadOptions, 'direct' | 'settleTimeoutMs'> {
  /**
   * Files from 1 MiB on are hashed first, and content that the server has in a file that the caller may read is not sent
   * again. Default: true.
   */
  readonly reuse?: boolean | undefined;
}

/** Options of `pull`. */
export interface PullOptions extends TreeOptions {
  /**
   * Content comes straight from the bucket of a server that keeps files on S3: by signed addresses, which must be
   * reachable from here. From any other server it comes as without this. Default: false.
   */
  readonly direct?: boolean | undefined;
}

/** A file to push: where it is to lie in the version, and its content. */
export interface PushItem {
  /** Relative, names joined by `/`. */
  readonly path: string;
  readonly source: UploadSource;
  /** Default: `model`. */
  readonly role?: FileRole | undefined;
  /** The media type. Default: `application/octet-stream`. */
  readonly contentType?: string | undefined;
}

/** What became of a file. `present`: it was there already and was only verified. `tracked`: it lies at its `uri`. */
export interface PulledFile {
  readonly path: string;
  readonly status: 'downloaded' | 'present' | 'tracked';
  /** The file's size; null for a tracked file whose size nobody told. */
  readonly bytes: number | null;
  /** Of a tracked file, else null. */
  readonly uri: File['uri'];
}

export interface Pulled {
  readonly version: Version;
  /** By path. */
  readonly files: readonly PulledFile[];
}
