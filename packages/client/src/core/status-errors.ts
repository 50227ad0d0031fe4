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

/** 409: the request conflicts with the state of the object. */
export class ConflictError extends APIError {
  override name = 'ConflictError';
}

/** 412: the state of the object is not the one that `ifMatch` or `expect` requires. */
export class PreconditionFailedError extends APIError {
  override name = 'PreconditionFailedError';
}

/** 413: the request is too large. */
export class PayloadTooLargeError extends APIError {
  override name = 'PayloadTooLargeError';
}

/** 422: a field is missing, unknown or invalid. `errors` names each field. */
export class UnprocessableError extends APIError {
  override name = 'UnprocessableError';
}

/** 429: too many requests. */
export class RateLimitError extends APIError {
  override name = 'RateLimitError';
}

/** 503: the server cannot serve the request now. */
export class UnavailableError extends APIError {
  override name = 'UnavailableError';
}

/** Any other 5xx: the server or a proxy failed. */
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

/** Creates the error with the class of its status. */
export function statusError(message: string, answer: ErrorAnswer): APIError {
  const Class = BY_STATUS[answer.status] ?? (answer.status >= 500 ? InternalServerError : APIError);
  return new Class(message, answer);
}
