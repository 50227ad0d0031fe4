import type { RequestContext } from '../../protocol/context.ts';
import { RETRY_AFTER } from '../../protocol/errors.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { recordCopyState, suspectCopy } from './copy-state.ts';
import { type Copy, confirmed, statCopy } from './look.ts';

/**
 * Checks a copy that could not be opened, and marks its blob if the copy is missing or has another size.
 * @param isAgain whether opening it failed before in this request.
 * @returns whether the copy is lost. If not, opening it is worth another try.
 * @throws {HttpProblem} 503 if an existing copy could not be opened twice. A worker then reads the copy.
 */
export async function judgeFailure(ctx: RequestContext, copy: Copy, isAgain: boolean): Promise<boolean> {
  const fault = await confirmed(() => statCopy(ctx, copy), ctx.signal);
  if (fault !== undefined) return recordCopyState(ctx, copy, fault);
  if (!isAgain) return false;
  await suspectCopy(ctx, copy.key);
  throw new HttpProblem(
    'unavailable',
    'The server could not read the stored content, and will check it in the background. Send the request again later.',
    {},
    RETRY_AFTER,
  );
}
