import type { FieldError, Problem } from '../generated/schemas.ts';
import { ModelBoxError } from './errors.ts';

/** The parts of an error answer, from the server or a proxy. */
export interface ErrorAnswer {
  readonly status: number;
  readonly requestId: string | undefined;
  /** The body, if it is problem details (RFC 9457). */
  readonly problem: Problem | undefined;
  /** The body: parsed JSON, otherwise text. */
  readonly body: unknown;
  /** The value of `Retry-After` in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** The server answered with an error. Statuses that callers may want to distinguish have their own class. */
export class APIError extends ModelBoxError {
  override name = 'APIError';
  readonly status: number;
  /** The stable error code to branch on. Undefined if the answer is not from ModelBox, for example from a proxy. */
  readonly code: Problem['code'] | undefined;
  /** The invalid fields, by JSON pointer. */
  readonly errors: readonly FieldError[];
  readonly problem: Problem | undefined;
  readonly body: unknown;
  /** The id of the request in the log of the server. */
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, answer: ErrorAnswer) {
    super(message);
    this.status = answer.status;
    this.code = answer.problem?.code;
    this.errors = answer.problem?.errors ?? [];
    this.problem = answer.problem;
    this.body = answer.body;
    this.requestId = answer.requestId;
    this.retryAfterMs = answer.retryAfterMs;
  }
}
