import { batchLoader } from '@modelbox/db';
import type { ListedKind } from '@modelbox/schema';
import type { CallerReadKind, Context, ReadKind, RequestContext } from '../../protocol/context.ts';
import { shownTo } from '../../protocol/cross-namespace.ts';
import type { Readout, Room } from '../../protocol/kinds.ts';
import { HttpProblem } from '../../protocol/problem.ts';

type ReadOne = (id: string) => Promise<Readout | undefined>;

/** Readers of single objects, by database and kind. Concurrent reads share a round trip. */
const singles = new WeakMap<object, Map<string, ReadOne>>();

function readOne(ctx: Context, kind: ReadKind): ReadOne {
  const kinds = singles.get(ctx.db) ?? new Map<string, ReadOne>();
  singles.set(ctx.db, kinds);
  const read =
    kinds.get(kind) ??
    batchLoader(async (ids: string[]) => {
      const byId = new Map((await ctx.kinds.readers[kind](ctx, ids)).map((readout) => [readout.id, readout]));
      return ids.map((id) => byId.get(id));
    });
  kinds.set(kind, read);
  return read;
}

/** Reads one object, without the parts that the caller may not see. Throws 404 if it is gone. */
export async function readObject(
  ctx: RequestContext,
  kind: ReadKind | CallerReadKind,
  id: string,
): Promise<Readout> {
  const readout = await (kind === 'policy' ? ctx.kinds.callerReaders[kind](ctx, id) : readOne(ctx, kind)(id));
  if (readout === undefined) throw new HttpProblem('not_found', `The ${kind} no longer exists.`);
  return shownTo(ctx.actor, readout);
}

/**
 * Reads objects in the order of the ids, as many as fit, without the parts that the caller may not see. Skips objects
 * that were purged meanwhile.
 */
export const readInOrder = async (
  ctx: RequestContext,
  kind: ListedKind,
  ids: string[],
  room: Room,
): Promise<Readout[]> =>
  (await ctx.kinds.readers[kind](ctx, ids, room)).map((readout) => shownTo(ctx.actor, readout));
