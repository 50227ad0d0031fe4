import { type HttpProblem, invalid } from '../../protocol/problem.ts';

/** The same error for content that is not stored, and for content that the caller may not know about. */
export const unknownContent = (pointers: readonly string[]): HttpProblem =>
  invalid(
    pointers.map((pointer) => ({
      in: 'body',
      pointer,
      message: 'names no stored content that you may read; upload the content instead',
    })),
    'not_found',
  );
