import type { ReferableKind } from '@modelbox/schema';
import type { Context } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';

/**
 * The object that a text names: an id, or the name form of its kind. `under` is the model in which a bare version name
 * lies, or the object in whose namespace a bare dataset name does. Undefined where there is none.
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
