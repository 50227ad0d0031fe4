import { coalesce } from '@modelbox/db';
import type { ObjectKind } from '@modelbox/schema';
import { shownTo } from '../access/foreign.ts';
import { readGrants } from '../access/grants.ts';
import { readTokens } from '../access/tokens.ts';
import { readAliases } from '../aliases/read.ts';
import { readCheckpoints } from '../checkpoints/read.ts';
import type { Context, RequestContext } from '../context.ts';
import { readDatasets } from '../datasets/read.ts';
import { readEvents } from '../events/read.ts';
import { readExperiments } from '../experiments/read.ts';
import { listAllFiles } from '../files/read.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Answered, Receipt } from '../http/verb.ts';
import { readModels } from '../models/read.ts';
import { readNamespaces } from '../namespaces/read.ts';
import type { Readout } from '../objects/rows.ts';
import { readHolds } from '../policies/hold.ts';
import { readProposals } from '../policies/proposals.ts';
import { readPolicies } from '../policies/read.ts';
import { readProtections } from '../protected-aliases/rows.ts';
import { readUploads } from '../uploads/read.ts';
import { readVersions } from '../versions/read.ts';

/** Reads a set of objects of one kind; those that are not there are left out, and the order is free. */
export type ReadMany = (ctx: Context, ids: string[]) => Promise<Readout[]>;

type ReadKind = ObjectKind | 'event' | 'policy' | 'hold';

const READERS: Record<ReadKind, ReadMany> = {
  namespace: readNamespaces,
  model: readModels,
  version: readVersions,
  alias: readAliases,
  experiment: readExperiments,
  checkpoint: readCheckpoints,
  dataset: readDatasets,
  upload: readUploads,
  event: readEvents,
  policy: readPolicies,
  proposal: readProposals,
  hold: readHolds,
  token: readTokens,
  grant: readGrants,
  alias_protection: readProtections,
};

type ReadOne = (id: string) => Promise<Readout | undefined>;

/** Reads of one object, by pool and kind: those of the same moment share a round trip. */
const singles = new WeakMap<object, Map<string, ReadOne>>();

function readOne(ctx: Context, kind: ReadKind): ReadOne {
  const kinds = singles.get(ctx.db) ?? new Map<string, ReadOne>();
  singles.set(ctx.db, kinds);
  const read =
    kinds.get(kind) ??
    coalesce(async (ids: string[]) => {
      const byId = new Map((await READERS[kind](ctx, ids)).map((readout) => [readout.id, readout]));
      return ids.map((id) => byId.get(id));
    });
  kinds.set(kind, read);
  return read;
}

/** One object as it is now, as far as the caller may see it. 404 where it is gone. */
export async function readObject(ctx: RequestContext, kind: ReadKind, id: string): Promise<Readout> {
  const readout = await readOne(ctx, kind)(id);
  if (readout === undefined) throw new HttpProblem('not_found', `There is no such ${kind} any more.`);
  return shownTo(ctx.actor, readout);
}

/** Objects in the order of the ids, as far as the caller may see them. */
export async function readInOrder(ctx: RequestContext, kind: ReadKind, ids: string[]): Promise<unknown[]> {
  const readouts = await READERS[kind](ctx, ids);
  const byId = new Map(readouts.map((readout) => [readout.id, shownTo(ctx.actor, readout).body]));
  return ids.map((id) => byId.get(id)).filter((body) => body !== undefined);
}

/** The answer of a write: its object as it is now. */
export async function readBack(ctx: RequestContext, { status, object }: Receipt): Promise<Answered> {
  if (object === null) return { status };
  const [kind, part] = object.kind.split('.') as [ReadKind, string | undefined];
  if (part === 'files') return { status, body: { items: await listAllFiles(ctx, object.id) } };
  const { body, etag } = await readObject(ctx, kind, object.id);
  const { metadata, metrics, evaluations } = body as Record<string, unknown>;
  // Metrics do not move the ETag: their answers have none.
  if (part === 'metrics') return { status, body: { metrics, evaluations } };
  return { status, body: part === 'metadata' ? metadata : body, ...(etag ? { etag } : {}) };
}
