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

/** The object of a file. Exactly one member is set. */
export interface Owner {
  readonly model?: string;
  readonly version?: string;
  readonly experiment?: string;
  readonly checkpoint?: string;
}

export interface FileUpload extends Call<FileUploadOptions> {
  readonly query?: { readonly role?: FileRole | undefined } | undefined;
  /** The object of the file, and the path of the file in it. */
  readonly to: Owner & { readonly path: string };
  readonly source: UploadSource;
  /** The connections that several uploads to the same object share. */
  readonly slots?: Slots;
  /** The known uploads to the object. Absent: the call lists them. */
  readonly known?: Iterable<Upload>;
}

export interface FileDownload extends Call<DownloadOptions> {
  /** Whether the server may redirect to a signed URL of the file store. */
  readonly direct?: boolean;
}

/** The calls that the generated methods make. */
export interface Calls {
  /** Sends a call with a JSON answer or an empty one. */
  send<T>(call: Send): APIPromise<T>;
  /** Reads a list page by page. */
  list<T>(call: Call<CallOptions>): PagePromise<T>;
  /** Uploads content in one request. */
  upload<T extends { sha256: string | null }>(call: ContentUpload): APIPromise<T>;
  /** Uploads a file. Resolves when the server has verified it. */
  uploadFile(call: FileUpload): APIPromise<File>;
  /** Downloads a file. Resolves when the head of the answer has arrived. */
  download(call: FileDownload): DownloadPromise;
}
