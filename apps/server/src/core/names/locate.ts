import type { ReferableKind } from '@modelbox/schema';
import type { Context } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';

/**
 * Locates an object by id, or by the name form of its kind. Undefined if there is none.
 * @param under the model of a bare version name, or the object whose namespace contains a bare dataset name.
 */
export async function locate(
  ctx: Context,
  kind: ReferableKind,
  text: string,
  under?: Located,
): Promise<Located | undefined> {
  const found = await ctx.kinds.finders[kind](ctx, text, under);
  return found === undefined ? undefined : { kind, ...found };
}
