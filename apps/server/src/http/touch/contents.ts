import { prepared } from '@modelbox/db';
import { decideAccess } from '@modelbox/domain';
import type { OwnerKind, Permission, Touch } from '@modelbox/schema';
import { locate } from '../../core/names/locate.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { unknownContent } from '../../resources/files/unknown-content.ts';
import type { Mention } from './mentions.ts';

/** Whether the object of a file is alive. A subquery, so that Postgres looks up each object by its id. */
const IS_LIVING =
  '(SELECT o.deleted_at IS NULL FROM owned_objects o WHERE o.kind = f.object_kind AND o.id = f.object_id)';

interface Owner {
  readonly sha256: string;
  readonly kind: OwnerKind;
  readonly id: string;
}

const anywhere = prepared<[sha256: string[]], Owner>(
  'owners_of_contents',
  `SELECT b.sha256, o.kind, o.id
   FROM blobs b, LATERAL (
     SELECT f.object_kind AS kind, f.object_id AS id FROM files f
     WHERE f.blob_id = b.id AND ${IS_LIVING} LIMIT 1) AS o
   WHERE b.sha256 = ANY ($1) AND b.corrupt_at IS NULL`,
);

/** Unknown hashes run the same query plan as known ones, so timing does not reveal whether a hash exists. */
const within = prepared<[sha256: string[], namespaceIds: string[]], Owner>(
  'owners_of_contents_within',
  `SELECT wanted.sha256, o.kind, o.id
   FROM unnest($1::text[]) AS wanted (sha256)
   LEFT JOIN blobs b ON b.sha256 = wanted.sha256 AND b.corrupt_at IS NULL
   CROSS JOIN LATERAL (
     SELECT f.object_kind AS kind, f.object_id AS id
     FROM unnest($2::uuid[]) AS n (id)
     JOIN files f ON f.blob_id = coalesce(b.id, md5(wanted.sha256)::uuid) AND f.namespace_id = n.id
     WHERE ${IS_LIVING} LIMIT 1) AS o`,
);

const namespaces = prepared<[], { id: string; path: string }>(
  'all_namespaces',
  'SELECT id, path FROM namespaces',
);

/**
 * Locates content by SHA-256: returns for each hash a living object that has the content undamaged and on which the
 * caller has the permission. Unknown and inaccessible hashes get the same answer in the same time. A hash alone gives
 * no access.
 */
export async function touchContents(
  ctx: RequestContext,
  { permission, optional }: Touch,
  named: readonly Mention[],
): Promise<(Located & { mention: string })[]> {
  const found = await locateContents(ctx, permission, [...new Set(named.map(({ text }) => text))]);
  const missing = named.filter(({ text }) => !found.has(text));
  if (missing.length > 0 && optional !== true) throw unknownContent(missing.map(({ pointer }) => pointer));
  return [...found].map(([sha256, object]) => ({ ...object, mention: sha256 }));
}

async function locateContents(
  ctx: RequestContext,
  permission: Permission,
  hashes: string[],
): Promise<Map<string, Located>> {
  if (hashes.length === 0) return new Map();
  const mayTouch = (namespace: string) => decideAccess(ctx.actor, permission, namespace) === 'allowed';
  const { requests } = ctx.db;
  let owners: Owner[];
  if (ctx.actor.grants === 'all') owners = await anywhere(requests, hashes);
  else {
    const open = (await namespaces(requests)).filter(({ path }) => mayTouch(path));
    owners = await within(
      requests,
      hashes,
      open.map(({ id }) => id),
    );
  }
  const located = await Promise.all(
    owners.map(async ({ sha256, kind, id }) => [sha256, await locate(ctx, kind, id)] as const),
  );
  // An object that was deleted meanwhile is treated as missing.
  return new Map(
    located.flatMap(([sha256, object]) =>
      object && !object.deletedAt && mayTouch(object.namespace) ? [[sha256, object]] : [],
    ),
  );
}
