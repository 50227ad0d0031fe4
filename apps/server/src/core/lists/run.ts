import { isStatementTimeout } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';

/** Runs a statement whose cost its sender decides, in the lane of lists: 422 where it takes longer than lists may. */
export async function runList<Row extends object>(
  { db }: Context,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  try {
    return (await db.lists.query<Row>(text, values)).rows;
  } catch (error) {
    if (!isStatementTimeout(error)) throw error;
    const message =
      'The filter or order takes too long here; narrow it, or use one that an index serves (see the documentation of filters).';
    throw new HttpProblem('query_too_expensive', message);
  }
}
