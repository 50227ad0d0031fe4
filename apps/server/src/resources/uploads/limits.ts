import { sqlOf, type Tx } from '@modelbox/db';
import { decideAccess } from '@modelbox/domain';
import type { Permission } from '@modelbox/schema';
import { lockKey } from '../../core/writes/lock-key.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';

const HOW_TO_FREE =
  'Complete some with POST /v1/uploads/{upload}/complete, or abort some with DELETE /v1/uploads/{upload}. GET ' +
  '/v1/uploads with state=open lists the open uploads of an object. An upload expires by itself if no part ' +
  'arrives within MODELBOX_UPLOAD_EXPIRY.';

/**
 * Requires that one more open upload is allowed for the caller and below the root of the namespace. Locks both counts
 * until the transaction ends, so that two creates at the limit do not both pass.
 * @throws HttpProblem limit_reached
 */
export async function demandUploadAllowed(tx: Tx, ctx: RequestContext, namespace: string): Promise<void> {
  const { auth, maxOpenUploads, maxOpenUploadsNamespace } = ctx.settings;
  const sql = sqlOf(tx);
  const count = async (key: string, from: string, value: string, most: number): Promise<number> => {
    await lockKey(tx, `open uploads ${key}`);
    const text = `SELECT count(*)::int AS count FROM (SELECT ${from} AND u.state = 'open' LIMIT $2) AS found`;
    return (await sql<{ count: number }>(text, [value, most]))[0]?.count ?? 0;
  };
  // On an open server, all callers are the same local user.
  if (auth === 'tokens' && maxOpenUploads > 0) {
    const { name } = ctx.actor;
    const mine = await count(`of ${name}`, 'FROM uploads u WHERE u.created_by = $1', name, maxOpenUploads);
    if (mine >= maxOpenUploads) {
      const words = `${name} has ${mine} open uploads, and MODELBOX_MAX_OPEN_UPLOADS allows no more. ${HOW_TO_FREE}`;
      throw new HttpProblem('limit_reached', words);
    }
  }
  if (maxOpenUploadsNamespace > 0) {
    const root = namespace.split('/', 1)[0] as string;
    const from = `FROM namespaces n JOIN uploads u ON u.namespace_id = n.id WHERE is_at_or_below(n.path, $1)`;
    const there = await count(`in ${root}`, from, root, maxOpenUploadsNamespace);
    if (there >= maxOpenUploadsNamespace) {
      const words =
        `The namespace ${root} and those below it have ${there} open uploads, and ` +
        `MODELBOX_MAX_OPEN_UPLOADS_NAMESPACE allows no more. ${HOW_TO_FREE}`;
      throw new HttpProblem('limit_reached', words);
    }
  }
}

interface Reserved {
  readonly path: string;
  readonly quota: bigint | number;
  readonly reserved: bigint | number;
}

/**
 * Requires that the open uploads of the caller reserve at most their share of each quota at and above a namespace. The
 * share does not bind callers who may set the quota. Call it after `chargeQuotas`, whose locks keep the sums unchanged.
 * @throws HttpProblem quota_exceeded
 */
export async function demandShareOfQuotas(tx: Tx, ctx: RequestContext, namespace: string): Promise<void> {
  const { uploadQuotaShare } = ctx.settings;
  if (uploadQuotaShare === 100) return;
  const over = await sqlOf(tx)<Reserved>(
    `SELECT q.path, q.quota_bytes AS quota, r.bytes AS reserved
     FROM namespaces q, LATERAL (
       SELECT coalesce(sum(u.size_bytes), 0)::bigint AS bytes FROM uploads u JOIN namespaces n ON n.id = u.namespace_id
       WHERE u.created_by = $2 AND u.state = 'open' AND is_at_or_below(n.path, q.path)) AS r
     WHERE q.path = ANY (paths_above($1)) AND q.quota_bytes IS NOT NULL
       AND r.bytes > q.quota_bytes::numeric * $3::int / 100
     ORDER BY q.path`,
    [namespace, ctx.actor.name, uploadQuotaShare],
  );
  const may = (permission: Permission, path: string) =>
    decideAccess(ctx.actor, permission, path) === 'allowed';
  const first = over.find(({ path }) => !may('namespace.quota', path));
  if (first === undefined) return;
  const { path, quota, reserved } = first;
  // The quota may belong to a namespace above whose figures the caller may not see.
  const of = may('namespace.read', path)
    ? `${reserved} of the ${quota} bytes in the quota`
    : 'too much of the quota';
  const words =
    `With this upload, your open uploads would reserve ${of} of the namespace ${path}. The open uploads of one ` +
    `caller may reserve ${uploadQuotaShare} percent of a quota (MODELBOX_UPLOAD_QUOTA_SHARE). Complete or abort ` +
    `some of them first, send the file with one PUT, which reserves nothing, or ask an admin of ${path} for a ` +
    'larger quota.';
  throw new HttpProblem('quota_exceeded', words);
}
