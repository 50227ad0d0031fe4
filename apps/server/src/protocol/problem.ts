import { ERRORS, type ErrorCode, type FieldError, type ObjectKind, type Problem } from '@modelbox/schema';

type Extras = Partial<Pick<Problem, 'errors' | 'id' | 'uri' | 'aliases'>>;

/** What a caller wanted and has no permission for. It is never told: the answer may have to hide that the object is there. */
export interface Refusal {
  /** Null: none would do, it is somebody else's. */
  readonly permission: string | null;
  readonly kind: ObjectKind;
  /** Null: it would be made. */
  readonly id: string | null;
  readonly namespace: string;
  readonly name: string;
}

/** An answer that is an error: thrown anywhere below a route, sent as RFC 9457 problem details. */
export class HttpProblem extends Error {
  /** What the caller may not do, if that is why. */
  refusal?: Refusal;
  /** Nothing was found, but a hidden object could be there. Both cases do the same work, so timing reveals nothing. */
  couldHide = false;
  readonly code: ErrorCode;
  readonly status: number;
  readonly extras: Extras;
  /** Headers that the answer carries, `Retry-After` for one. */
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, detail: string, extras: Extras = {}, headers: Record<string, string> = {}) {
    super(detail);
    this.name = 'HttpProblem';
    this.code = code;
    this.status = ERRORS[code][0];
    this.extras = extras;
    this.headers = headers;
  }

  /** Notes what the caller may not do, and gives the problem. */
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

/** Fields that an answer names at most: a request with a hundred thousand wrong ones is not told of each. */
const MOST_ERRORS = 100;

/** A problem of kind `invalid` (422, or another code) that names its fields: the first hundred, and how many more. */
export function invalid(errors: FieldError[], code: ErrorCode = 'invalid'): HttpProblem {
  const words = errors.slice(0, 3).map((error) => `${error.in} ${error.pointer || '/'}: ${error.message}`);
  const more = errors.length > 3 ? `; and ${errors.length - 3} more` : '';
  return new HttpProblem(code, `${words.join('; ')}${more}`, { errors: errors.slice(0, MOST_ERRORS) });
}

/** One invalid field. `pointer` is a JSON pointer within that part of the request. */
export const invalidField = (
  where: FieldError['in'],
  pointer: string,
  message: string,
  code: ErrorCode = 'invalid',
): HttpProblem => invalid([{ in: where, pointer, message }], code);

/** A JSON pointer (RFC 6901) from its parts. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
