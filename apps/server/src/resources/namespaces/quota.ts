import { type Sql, sqlOf, sqlOn, type Tx } from '@modelbox/db';
import { decideAccess } from '@modelbox/domain';
import type { RequestContext } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';

/** A quota that does not hold: bytes of it, bytes used and reserved, bytes asked for beyond those. */
interface Lacking {
  readonly path: string;
  readonly quota: bigint | number;
  readonly used: bigint | number;
  readonly asked: bigint | number;
}

/** What a transaction has just stored in a namespace. */
interface Charge {
  /** The most that it can be. */
  readonly bytes: number;
  /** The object whose files it is, which may have content that others have too. Without: all of it counts. */
  readonly objectId?: string;
  /** Of its files only those at these paths. */
  readonly paths?: readonly string[];
}

/**
 * Refuses what would not fit into the quotas at and above a namespace, as they are just now: before anybody sends it. Only
 * `chargeQuotas` in the transaction that stores it can say that it does fit.
 */
export async function demandRoom(ctx: RequestContext, namespace: string, bytes: number): Promise<void> {
  const text = 'SELECT path, quota, used, asked FROM find_lacking_quota($1, $2)';
  await demandNone(ctx, sqlOn(ctx.db.requests), text, [namespace, bytes]);
}

/**
 * Charges the quotas at and above a namespace for what the transaction has stored there; it keeps them locked until it
 * ends, so it is best done last. 413 where one does not hold.
 */
export async function chargeQuotas(
  tx: Tx,
  ctx: RequestContext,
  namespace: string,
  { bytes, objectId, paths }: Charge,
): Promise<void> {
  const text = 'SELECT path, quota, used, asked FROM charge_quotas($1, $2::bigint, $3::uuid, $4::text[])';
  await demandNone(ctx, sqlOf(tx), text, [namespace, bytes, objectId ?? null, paths ?? null]);
}

async function demandNone(ctx: RequestContext, sql: Sql, text: string, values: unknown[]): Promise<void> {
  const [lacking] = await sql<Lacking>(text, values);
  if (lacking === undefined) return;
  const { path, quota, used, asked } = lacking;
  // A quota far above may be of a namespace whose figures are not for everybody below it.
  const isKnown = decideAccess(ctx.actor, 'namespace.read', path) === 'allowed';
  const figures = isKnown
    ? `has a quota of ${quota} bytes. ${used} bytes are used or reserved by uploads, and the request needs ${asked} more`
    : 'has too little room left in its quota';
  throw new HttpProblem(
    'quota_exceeded',
    `The namespace ${path} ${figures}. Free space, or ask an admin of the namespace for a larger quota.`,
  );
}
