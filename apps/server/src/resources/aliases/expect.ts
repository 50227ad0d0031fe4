import { locate } from '../../core/names/locate.ts';
import type { Context } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';

/**
 * Resolves `expect` of a request to the id of a version. Null expects no holder, undefined expects nothing. An unknown
 * version gives the empty string, which no holder matches.
 */
export async function expectedHolder(
  ctx: Context,
  model: Located,
  expect: string | null | undefined,
): Promise<string | null | undefined> {
  if (expect === undefined || expect === null) return expect;
  return (await locate(ctx, 'version', expect, model))?.id ?? '';
}
