import { type Sql, sqlOf, sqlOn, type Tx } from '@modelbox/db';
import { decideAccess } from '@modelbox/domain';
import type { RequestContext } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';

interface Lacking {
  readonly path: string;
  readonly quota: bigint | number;
  readonly used: bigint | number;
  readonly asked: bigint | number;
}

interface Charge {
  readonly bytes: number;
  /**
   * The object with the files. Content that other objects already have is not charged again. Absent: all bytes count.
   */
  readonly objectId?: string;
  readonly paths?: readonly string[];
}

/**
 * Throws 413 early, before content is sent, if the bytes would exceed a quota at or above the namespace. Only
 * `chargeQuotas`, in the transaction that stores the content, guarantees that it fits.
 */
export async function demandRoom(ctx: RequestContext, namespace: string, bytes: number): Promise<void> {
  const text = 'SELECT path, quota, used, asked FROM find_exceeded_quota($1, $2)';
  await demandNone(ctx, sqlOn(ctx.db.requests), text, [namespace, bytes]);
}

export interface QuotaAbove {
  readonly path: string;
  readonly bytes: number;
  /** The bytes that are stored or reserved by uploads in parts, or more if not exact. */
  held: number;
  isExact: boolean;
}

/** Reads the quotas at and above a namespace, from the top, with the counters that are fast to read. */
export async function quotasAbove(ctx: RequestContext, namespace: string): Promise<QuotaAbove[]> {
  const rows = await sqlOn(ctx.db.requests)<{ path: string; bytes: string; charged: string | null }>(
    `SELECT path, quota_bytes AS bytes, quota_charged AS charged FROM namespaces
     WHERE path = ANY (paths_above($1)) AND quota_bytes IS NOT NULL ORDER BY path`,
    [namespace],
  );
  return rows.map(({ path, bytes, charged }) => ({
    path,
    bytes: Number(bytes),
    held: charged === null ? Number.POSITIVE_INFINITY : Number(charged),
    isExact: false,
  }));
}

/** Counts the bytes that a namespace and everything below it store or reserve. Slow for a large namespace. */
export async function heldUnder(ctx: RequestContext, path: string): Promise<number> {
  const text = 'SELECT used + uploading AS held FROM namespace_usage($1)';
  const [usage] = await sqlOn(ctx.db.requests)<{ held: string }>(text, [path]);
  return Number(usage?.held ?? 0);
}

/**
 * Charges the quotas at and above a namespace for stored bytes, and throws 413 if one is exceeded. The quotas stay
 * locked until the transaction ends, so call it last.
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
  throw quotaExceeded(ctx, lacking);
}

/** @param others the bytes in `used` that belong to uploads under way. */
export function quotaExceeded(ctx: RequestContext, lacking: Lacking, others = 0): HttpProblem {
  const { path, quota, used, asked } = lacking;
  // The quota may belong to a namespace above whose figures the caller may not see.
  const isKnown = decideAccess(ctx.actor, 'namespace.read', path) === 'allowed';
  const figures = isKnown
    ? `has a quota of ${quota} bytes. ${used} bytes are used or reserved by uploads, and the request needs ${asked} ` +
      `more${others > 0 ? `. ${others} of the used bytes belong to uploads under way. Wait until they end` : ''}`
    : 'has too little room left in its quota';
  return new HttpProblem(
    'quota_exceeded',
    `The namespace ${path} ${figures}. Free space, or ask an admin of the namespace for a larger quota.`,
  );
}
