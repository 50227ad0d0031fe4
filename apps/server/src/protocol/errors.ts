import {
  BlobMismatch,
  BlobStoreFull,
  BlobStoreReadOnly,
  BlobStoreUnavailable,
  BlobTooLarge,
} from '@modelbox/blobs';
import { isLockTimeout, isRetryable, isStatementTimeout, isUnavailable, postgresFailure } from '@modelbox/db';
import type { FastifyError } from 'fastify';
import { HttpProblem, invalidField } from './problem.ts';

/** Seconds after which a client may try again: Postgres is back within that time after a restart. */
export const RETRY_AFTER = { 'retry-after': '1' };

/** Until somebody made room, or the disk writable. */
const LATER = { 'retry-after': '60' };
const STORE_FULL =
  'The file store is full, and nothing of the content was kept. The operator of the server has to make room; then send it again.';
const STORE_READ_ONLY =
  'The file store can be read only. The operator of the server has to make it writable; then send the content again.';

/** The client went away before it was answered: nobody reads what we say of it. */
export class ClientGone extends Error {
  constructor() {
    super('the client went away');
    this.name = 'ClientGone';
  }
}

/** The problem that an error is answered with. What is not foreseen is `internal`, and says nothing of its cause. */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof ClientGone) return new HttpProblem('malformed', 'The request was cut off.');
  const failure = postgresFailure(error);
  // The SQL function `log_metrics_within`.
  if (failure?.code === 'MB002') return invalidField('body', '/metrics', failure.message);
  if (isUnavailable(error))
    return new HttpProblem('unavailable', 'The database does not answer.', {}, RETRY_AFTER);
  if (isLockTimeout(error) || isStatementTimeout(error) || isRetryable(error))
    return new HttpProblem('unavailable', 'Other requests hold what this one needs.', {}, RETRY_AFTER);
  return ofBlobStore(error) ?? ofFastify(error) ?? new HttpProblem('internal', 'The server failed.');
}

function ofBlobStore(error: unknown): HttpProblem | undefined {
  if (error instanceof BlobMismatch) {
    return new HttpProblem(
      'checksum_mismatch',
      `The content has ${error.what} ${error.actual}, not ${error.expected}.`,
    );
  }
  if (error instanceof BlobTooLarge)
    return new HttpProblem('too_large', `A file has at most ${error.limitBytes} bytes here.`);
  if (error instanceof BlobStoreFull) return new HttpProblem('storage_full', STORE_FULL, {}, LATER);
  if (error instanceof BlobStoreReadOnly)
    return new HttpProblem('storage_read_only', STORE_READ_ONLY, {}, LATER);
  if (error instanceof BlobStoreUnavailable)
    return new HttpProblem('unavailable', 'The file store does not answer.', {}, RETRY_AFTER);
  return undefined;
}

function ofFastify(error: unknown): HttpProblem | undefined {
  const { code, statusCode, message } = error as FastifyError;
  if (statusCode === 413) return new HttpProblem('too_large', 'The body is larger than the server accepts.');
  if (statusCode === 414 || statusCode === 431) return new HttpProblem('malformed', message);
  if (typeof code === 'string' && code.startsWith('FST_') && statusCode !== undefined && statusCode < 500) {
    return new HttpProblem('malformed', message);
  }
  return undefined;
}
