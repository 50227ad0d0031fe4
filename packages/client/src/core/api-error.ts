import type { FieldError, Problem } from '../generated/schemas.ts';
import { ModelBoxError } from './errors.ts';

/** What an error is made from: one answer of the server, or of something between. */
export interface ErrorAnswer {
  readonly status: number;
  readonly requestId: string | undefined;
  /** The body where it is problem details (RFC 9457). */
  readonly problem: Problem | undefined;
  /** The body: parsed where it is JSON, otherwise its text. */
  readonly body: unknown;
  /** What `Retry-After` says, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** The server answered with an error. There is a class for each status that a caller may want to tell apart. */
export class APIError extends ModelBoxError {
  override name = 'APIError';
  readonly status: number;
  /** The stable code to decide by; undefined if the answer is not ModelBox's own (a proxy's, say). */
  readonly code: Problem['code'] | undefined;
  /** What is wrong with each field, by JSON pointer. */
  readonly errors: readonly FieldError[];
  readonly problem: Problem | undefined;
  readonly body: unknown;
  /** Leads to the request in the server's log. */
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
