import { locate } from '../../core/names/locate.ts';
import type { Context } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';

/**
 * The id of the holder that a request's `expect` demands, which it names as it would any version. Null demands none;
 * undefined demands nothing. What names no version is nobody's id, so that nothing meets it.
 */
export async function expectedHolder(
  ctx: Context,
  model: Located,
  expect: string | null | undefined,
): Promise<string | null | undefined> {
  if (expect === undefined || expect === null) return expect;
  return (await locate(ctx, 'version', expect, model))?.id ?? '';
}
