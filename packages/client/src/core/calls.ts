import type { File, FileRole, Upload } from '../generated/schemas.ts';
import type { APIPromise } from './api-promise.ts';
import type { DownloadPromise } from './download-promise.ts';
import type {
  CallOptions,
  ConditionalOptions,
  DownloadOptions,
  FileUploadOptions,
  UploadOptions,
} from './options.ts';
import type { PagePromise } from './page-promise.ts';
import type { Slots } from './slots.ts';
import type { UploadSource } from './upload-source.ts';

/** A call, as the generated methods describe it. */
export interface Call<O> {
  /** The path, encoded. */
  readonly url: string;
  readonly query?: object | undefined;
  readonly options: O | undefined;
}

export interface Send extends Call<ConditionalOptions> {
  readonly method: string;
  readonly body?: unknown;
  readonly as?: 'text';
  readonly alsoAnswers?: readonly number[];
}

export interface ContentUpload extends Call<UploadOptions> {
  readonly source: UploadSource;
}

/** The object that a file is for: one of these. */
export interface Owner {
  readonly model?: string;
  readonly version?: string;
  readonly experiment?: string;
  readonly checkpoint?: string;
}

export interface FileUpload extends Call<FileUploadOptions> {
  readonly query?: { readonly role?: FileRole | undefined } | undefined;
  /** The object that the file is for, and where it is to lie. */
  readonly to: Owner & { readonly path: string };
  readonly source: UploadSource;
  /** Of several uploads to the same object: the connections that they share, */
  readonly slots?: Slots;
  /** and the uploads to it that are known already. */
  readonly known?: Iterable<Upload>;
}

export interface FileDownload extends Call<DownloadOptions> {
  /** The content comes from where the server says, if it says so. */
  readonly direct?: boolean;
}

/** The calls that the generated methods make. */
export interface Calls {
  /** A call with a JSON answer, or none. */
  send<T>(call: Send): APIPromise<T>;
  /** A list, page by page. */
  list<T>(call: Call<CallOptions>): PagePromise<T>;
  /** The upload of content in one request. */
  upload<T extends { sha256: string | null }>(call: ContentUpload): APIPromise<T>;
  /** The upload of a file, until it is verified. */
  uploadFile(call: FileUpload): APIPromise<File>;
  /** The download of a file's content, from when its head is here. */
  download(call: FileDownload): DownloadPromise;
}
