import { type HttpProblem, invalid } from '../../protocol/problem.ts';

/** The answer for content that is not stored here, or of which the caller must not learn that it is: in the same words. */
export const unknownContent = (pointers: readonly string[]): HttpProblem =>
  invalid(
    pointers.map((pointer) => ({
      in: 'body',
      pointer,
      message: 'names no stored content that you may read; upload the content instead',
    })),
    'not_found',
  );
