import {
  BlobMismatch,
  BlobStoreFull,
  BlobStoreReadOnly,
  BlobStoreUnavailable,
  BlobTooLarge,
} from '@modelbox/blobs';
import {
  isLockTimeout,
  isRetryable,
  isStatementTimeout,
  isUnavailable,
  postgresFailure,
  TooManyParameters,
} from '@modelbox/db';
import type { FastifyError } from 'fastify';
import { HttpProblem, invalidField } from './problem.ts';

/** Seconds until a client may retry: Postgres restarts within that time. */
export const RETRY_AFTER = { 'retry-after': '1' };

/** Seconds until a client may retry after the operator freed space, or made the disk writable. */
const LATER = { 'retry-after': '60' };
const STORE_FULL =
  'The file store is full. None of the content was kept. The operator of the server must free space; ' +
  'then send the content again.';
const STORE_READ_ONLY =
  'The file store is read-only. The operator of the server must make it writable; then send the content again.';

/** The client went away before the answer, so nobody reads the error. */
export class ClientGone extends Error {
  constructor() {
    super('the client went away');
    this.name = 'ClientGone';
  }
}

/**
 * Maps an error to the problem that answers it. An unexpected error becomes `internal`, which does not reveal the
 * cause.
 */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof ClientGone)
    return new HttpProblem(
      'malformed',
      'The connection closed before the request was complete. Send it again.',
    );
  const failure = postgresFailure(error);
  // Raised by the SQL function `log_metrics_within`.
  if (failure?.code === 'MB002') return invalidField('body', '/metrics', failure.message);
  if (error instanceof TooManyParameters) return new HttpProblem('query_too_expensive', error.message);
  if (isUnavailable(error))
    return new HttpProblem(
      'unavailable',
      'The database does not answer. Send the request again later.',
      {},
      RETRY_AFTER,
    );
  if (isLockTimeout(error) || isStatementTimeout(error) || isRetryable(error))
    return new HttpProblem(
      'unavailable',
      'Other requests lock rows that this request needs. Send the request again.',
      {},
      RETRY_AFTER,
    );
  return (
    ofBlobStore(error) ??
    ofFastify(error) ??
    new HttpProblem('internal', 'The server failed. Its log has the cause under the request id.')
  );
}

function ofBlobStore(error: unknown): HttpProblem | undefined {
  if (error instanceof BlobMismatch) {
    return new HttpProblem(
      'checksum_mismatch',
      `The received content has ${error.what} ${error.actual}, but ${error.expected} was announced. ` +
        'Send it again.',
    );
  }
  if (error instanceof BlobTooLarge)
    return new HttpProblem(
      'too_large',
      `The file is larger than the ${error.limitBytes} bytes that this server allows (MODELBOX_MAX_FILE_SIZE). ` +
        'Ask the operator to raise the limit.',
    );
  if (error instanceof BlobStoreFull) return new HttpProblem('storage_full', STORE_FULL, {}, LATER);
  if (error instanceof BlobStoreReadOnly)
    return new HttpProblem('storage_read_only', STORE_READ_ONLY, {}, LATER);
  if (error instanceof BlobStoreUnavailable)
    return new HttpProblem(
      'unavailable',
      'The file store does not answer. Send the request again later.',
      {},
      RETRY_AFTER,
    );
  return undefined;
}

function ofFastify(error: unknown): HttpProblem | undefined {
  const { code, statusCode, message } = error as FastifyError;
  if (statusCode === 413) return new HttpProblem('too_large', 'The body is larger than this server allows.');
  if (statusCode === 414 || statusCode === 431) return new HttpProblem('malformed', message);
  if (typeof code === 'string' && code.startsWith('FST_') && statusCode !== undefined && statusCode < 500) {
    return new HttpProblem('malformed', message);
  }
  return undefined;
}
