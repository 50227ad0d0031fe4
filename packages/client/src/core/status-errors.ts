import { APIError, type ErrorAnswer } from './api-error.ts';

/** 400: the request is not well-formed. */
export class BadRequestError extends APIError {
  override name = 'BadRequestError';
}

/** 401: no valid token. */
export class AuthenticationError extends APIError {
  override name = 'AuthenticationError';
}

/** 403: not allowed. */
export class PermissionError extends APIError {
  override name = 'PermissionError';
}

/** 404: there is no such object, or it is deleted. */
export class NotFoundError extends APIError {
  override name = 'NotFoundError';
}

/** 409: the request contradicts the state of the object. */
export class ConflictError extends APIError {
  override name = 'ConflictError';
}

/** 412: the object is not in the state that `ifMatch` or `expect` demands. */
export class PreconditionFailedError extends APIError {
  override name = 'PreconditionFailedError';
}

/** 413: more than the server accepts. */
export class PayloadTooLargeError extends APIError {
  override name = 'PayloadTooLargeError';
}

/** 422: a field is missing, unknown or not as it must be; `errors` names each. */
export class UnprocessableError extends APIError {
  override name = 'UnprocessableError';
}

/** 429: too many requests. */
export class RateLimitError extends APIError {
  override name = 'RateLimitError';
}

/** 503: the server cannot serve this now. */
export class UnavailableError extends APIError {
  override name = 'UnavailableError';
}

/** Any other 5xx: the server, or what stands before it, failed. */
export class InternalServerError extends APIError {
  override name = 'InternalServerError';
}

const BY_STATUS: Readonly<Record<number, typeof APIError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  412: PreconditionFailedError,
  413: PayloadTooLargeError,
  422: UnprocessableError,
  429: RateLimitError,
  503: UnavailableError,
};

/** The error of the class that belongs to the answer's status. */
export function statusError(message: string, answer: ErrorAnswer): APIError {
  const Class = BY_STATUS[answer.status] ?? (answer.status >= 500 ? InternalServerError : APIError);
  return new Class(message, answer);
}
