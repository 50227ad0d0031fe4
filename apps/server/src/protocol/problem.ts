import { ERRORS, type ErrorCode, type FieldError, type ObjectKind, type Problem } from '@modelbox/schema';

type Extras = Partial<Pick<Problem, 'errors' | 'id' | 'uri' | 'aliases'>>;

/**
 * The permission that a caller lacked. The answer never contains it, because it may have to hide that the object
 * exists.
 */
export interface Refusal {
  /** Null if no permission would do, because the object belongs to another caller. */
  readonly permission: string | null;
  readonly kind: ObjectKind;
  /** Null if the request would create the object. */
  readonly id: string | null;
  readonly namespace: string;
  readonly name: string;
}

/** An error that answers a request, as RFC 9457 problem details. Any code below a route may throw it. */
export class HttpProblem extends Error {
  refusal?: Refusal;
  /** Nothing was found, but a hidden object could exist. Both cases do the same work, so timing reveals nothing. */
  couldHide = false;
  readonly code: ErrorCode;
  readonly status: number;
  readonly extras: Extras;
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, detail: string, extras: Extras = {}, headers: Record<string, string> = {}) {
    super(detail);
    this.name = 'HttpProblem';
    this.code = code;
    this.status = ERRORS[code][0];
    this.extras = extras;
    this.headers = headers;
  }

  because(refusal: Refusal): this {
    this.refusal = refusal;
    return this;
  }

  toJSON(requestId: string): Problem {
    return {
      type: `urn:modelbox:error:${this.code}`,
      title: ERRORS[this.code][1],
      status: this.status,
      code: this.code,
      detail: this.message,
      requestId,
      ...this.extras,
    };
  }
}

const MOST_ERRORS = 100;

/** Returns a problem that lists invalid fields, 422 by default: the first hundred, and the number of the others. */
export function invalid(errors: FieldError[], code: ErrorCode = 'invalid'): HttpProblem {
  const words = errors.slice(0, 3).map((error) => `${error.in} ${error.pointer || '/'}: ${error.message}`);
  const more = errors.length > 3 ? `; and ${errors.length - 3} more` : '';
  return new HttpProblem(code, `${words.join('; ')}${more}`, { errors: errors.slice(0, MOST_ERRORS) });
}

/** Returns a problem with one invalid field. `pointer` is a JSON pointer within that part of the request. */
export const invalidField = (
  where: FieldError['in'],
  pointer: string,
  message: string,
  code: ErrorCode = 'invalid',
): HttpProblem => invalid([{ in: where, pointer, message }], code);

export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
