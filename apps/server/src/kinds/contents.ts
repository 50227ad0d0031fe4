import { prepared } from '@modelbox/db';
import { decideAccess } from '@modelbox/domain';
import type { OwnerKind, Touch } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import { unknownContent } from '../files/unknown-content.ts';
import type { Located } from '../objects/located.ts';
import { locate } from './locate.ts';
import type { Mention } from './mentions.ts';

/** A namespace in which some object, perhaps a deleted one, has a file with the content. */
interface Place {
  readonly sha256: string;
  readonly blobId: string;
  readonly namespaceId: string;
  readonly namespace: string;
}

/** From namespace to namespace by the index: what a hundred thousand files have takes no more looks than what few have. */
const places = prepared<[sha256: string[]], Place>(
  'places_of_contents',
  `WITH RECURSIVE place AS (
     SELECT b.sha256, b.id AS blob_id, first.namespace_id FROM blobs b, LATERAL (
       SELECT f.namespace_id FROM files f WHERE f.blob_id = b.id ORDER BY f.namespace_id LIMIT 1) AS first
     WHERE b.sha256 = ANY ($1) AND b.corrupt_at IS NULL
     UNION ALL
     SELECT p.sha256, p.blob_id, next.namespace_id FROM place p, LATERAL (
       SELECT f.namespace_id FROM files f WHERE f.blob_id = p.blob_id AND f.namespace_id > p.namespace_id
       ORDER BY f.namespace_id LIMIT 1) AS next
   )
   SELECT p.sha256, p.blob_id AS "blobId", n.id AS "namespaceId", n.path AS namespace
   FROM place p JOIN namespaces n ON n.id = p.namespace_id`,
);

const living = prepared<[wanted: string], { sha256: string; kind: OwnerKind; id: string }>(
  'living_owners_of_contents',
  `SELECT w.sha256, o.kind, o.id
   FROM json_to_recordset($1) AS w (sha256 text, "blobId" uuid, "namespaceIds" uuid[]), LATERAL (
     SELECT f.object_kind AS kind, f.object_id AS id
     FROM unnest(w."namespaceIds") AS n (id) JOIN files f ON f.blob_id = w."blobId" AND f.namespace_id = n.id
     WHERE is_living(f.object_kind, f.object_id) LIMIT 1) AS o`,
);

/**
 * Content by its SHA-256: each as a living object that has it, whole, and on which the caller has the permission. What
 * nobody has and what others have are answered alike, after the same questions to the database. A hash opens nothing.
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
  permission: string,
  hashes: string[],
): Promise<Map<string, Located>> {
  const mayTouch = (namespace: string) => decideAccess(ctx.actor, permission, namespace) === 'allowed';
  const wanted = new Map<string, { sha256: string; blobId: string; namespaceIds: string[] }>();
  for (const { sha256, blobId, namespaceId, namespace } of await places(ctx.db.pool, hashes)) {
    if (!mayTouch(namespace)) continue;
    const one = wanted.get(sha256) ?? { sha256, blobId, namespaceIds: [] };
    one.namespaceIds.push(namespaceId);
    wanted.set(sha256, one);
  }
  const owners = await living(ctx.db.pool, JSON.stringify([...wanted.values()]));
  const located = await Promise.all(
    owners.map(async ({ sha256, kind, id }) => [sha256, await locate(ctx, kind, id)] as const),
  );
  // One that went in between is gone, as if it had gone before.
  return new Map(
    located.flatMap(([sha256, object]) =>
      object && !object.deletedAt && mayTouch(object.namespace) ? [[sha256, object]] : [],
    ),
  );
}
