import type { CallOptions, FileUploadOptions } from '../core/options.ts';
import type { PartOptions } from '../core/part-options.ts';
import type { UploadSource } from '../core/upload-source.ts';
import type { File, FileRole, Version } from '../generated/schemas.ts';

/** The progress of all files together. Files and parts that exist already count as done. */
export interface TreeProgress {
  readonly bytes: number;
  /** Undefined if the length of a stream is unknown. */
  readonly totalBytes: number | undefined;
  readonly files: number;
  readonly totalFiles: number;
  /** The file that made progress. */
  readonly path: string;
}

/** Options of `push` and `pull`. */
export interface TreeOptions extends CallOptions, PartOptions {
  /** The number of parallel transfers of files and parts. Default: 4. */
  readonly concurrency?: number | undefined;
  readonly onProgress?: ((progress: TreeProgress) => void) | undefined;
}

/** Options of `push`. */
export interface PushOptions extends TreeOptions, Pick<FileUploadOptions, 'direct' | 'settleTimeoutMs'> {
  /**
   * Whether to hash files from 1 MiB on first, and to reuse equal content of files that the caller may read instead
   * of sending it. Default: true.
   */
  readonly reuse?: boolean | undefined;
}

/** Options of `pull`. */
export interface PullOptions extends TreeOptions {
  /**
   * Whether to download from the bucket of a server with S3 storage, by signed URLs that must be reachable. Has no
   * effect on other servers. Default: false.
   */
  readonly direct?: boolean | undefined;
}

/** A file to push: its path in the version, and its content. */
export interface PushItem {
  /** The relative path of names joined by `/`. */
  readonly path: string;
  readonly source: UploadSource;
  /** Default: `model`. */
  readonly role?: FileRole | undefined;
  /** The media type. Default: `application/octet-stream`. */
  readonly contentType?: string | undefined;
}

/**
 * The result for a file. `present`: it existed already and was only verified. `tracked`: its content is at its `uri`.
 */
export interface PulledFile {
  readonly path: string;
  readonly status: 'downloaded' | 'present' | 'tracked';
  /** The size of the file. Null for a tracked file of unknown size. */
  readonly bytes: number | null;
  /** The location of a tracked file, otherwise null. */
  readonly uri: File['uri'];
}

export interface Pulled {
  readonly version: Version;
  /** The files, by path. */
  readonly files: readonly PulledFile[];
}
