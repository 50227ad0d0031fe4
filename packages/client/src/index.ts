export { ModelBox } from './client.ts';
export { APIError } from './core/api-error.ts';
export type { Answer, APIPromise } from './core/api-promise.ts';
export type { Download } from './core/download.ts';
export type { DownloadPromise } from './core/download-promise.ts';
export * from './core/errors.ts';
export type * from './core/options.ts';
export type { Page, PagePromise } from './core/page-promise.ts';
export type { ParallelPartOptions, PartOptions } from './core/part-options.ts';
export type { Progress } from './core/progress.ts';
export type { ModelBoxOptions } from './core/settings.ts';
export {
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PayloadTooLargeError,
  PermissionError,
  PreconditionFailedError,
  RateLimitError,
  UnavailableError,
  UnprocessableError,
} from './core/status-errors.ts';
export type { UploadSource } from './core/upload-source.ts';
export type * from './generated/schemas.ts';
export { VERSION } from './generated/version.ts';
export type * from './trees/options.ts';
