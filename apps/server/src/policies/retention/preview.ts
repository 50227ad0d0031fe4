import { Prisma, runSql, type Sql } from '@modelbox/db';
import { nameWords, type PolicyDocument, retentionWords } from '@modelbox/domain';
import type { PolicyPreview } from '@modelbox/schema';
import { visible } from '../../access/visible.ts';
import { Few } from '../../core/lists/few.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { planRetention } from './plan.ts';
import { type Scope, type ScopeOwner, scopeOf } from './scope.ts';
import { suspensionOf } from './suspension.ts';

type Preview = PolicyPreview['retain'];
type Item = Preview['items'][number];

/** Previews the retention rule of a model or namespace, with the same plan as a real run. */
export async function previewRetention(
  ctx: RequestContext,
  sql: Sql,
  owner: ScopeOwner,
  limit: number,
  draft?: PolicyDocument,
): Promise<Preview> {
  const scope = await scopeOf(sql, owner, draft);
  if (scope === undefined || (await suspensionOf(ctx, sql, scope)) !== undefined)
    return { seen: 0, removed: 0, freedBytes: 0, items: [], truncated: false };
  const stored = await storedFiles(sql, scope);
  const gone: string[] = [];
  const { pageBytes } = ctx.settings;
  const going = new Few<Item>(limit, pageBytes);
  const staying = new Few<Item>(limit, pageBytes);
  let seen = 0;
  const { verdicts } = await planRetention(sql, scope, ctx.now(), ctx.pace);
  for await (const { object, verdict } of verdicts) {
    seen += 1;
    const { remove, keptBy, undecided, protectedBy } = verdict;
    if (remove) gone.push(object.id);
    const shown = remove ? going : staying;
    if (shown.isFull) continue;
    const { files, bytes } = stored.get(object.id) ?? { files: 0, bytes: 0 };
    shown.add({
      kind: scope.kind,
      id: object.id,
      name: object.name,
      remove,
      keptBy: keptBy.map((clauseIndex) => `keep[${clauseIndex}]`),
      undecided: undecided.map(({ clauseIndex, name }) => ({
        clause: `keep[${clauseIndex}]`,
        missing: nameWords(name),
      })),
      protectedBy: [...protectedBy],
      storedFiles: files,
      bytes,
      words: retentionWords(object.name, verdict, scope),
    });
  }
  const shown = new Few<Item>(limit, pageBytes);
  for (const item of [...going.items, ...staying.items]) shown.add(item);
  return {
    seen,
    removed: gone.length,
    freedBytes: await freedBytes(ctx, sql, gone),
    items: shown.items,
    truncated: seen > shown.items.length,
  };
}

async function storedFiles(
  sql: Sql,
  { sql: { from, where }, kind }: Scope,
): Promise<Map<string, { files: number; bytes: number }>> {
  const id = Prisma.raw(kind === 'version' ? 'v.id' : 'c.id');
  const rows = await runSql<{ id: string; files: number; bytes: string }>(
    sql,
    Prisma.sql`SELECT ${id}, count(*)::int AS files, sum(f.size_bytes)::text AS bytes
      FROM ${from} JOIN files f ON f.object_id = ${id} AND f.blob_id IS NOT NULL
      WHERE ${where} GROUP BY ${id}`,
  );
  return new Map(rows.map(({ id, files, bytes }) => [id, { files, bytes: Number(bytes) }]));
}

/**
 * Returns the bytes of content that only these objects use. Considers only files that the caller may read: the number
 * must not reveal content of others.
 */
async function freedBytes(ctx: RequestContext, sql: Sql, ids: readonly string[]): Promise<number> {
  const seen = visible(ctx, 'file.read');
  const [row] = await runSql<{ bytes: string }>(
    sql,
    Prisma.sql`SELECT coalesce(sum(b.size_bytes), 0)::text AS bytes
     FROM (SELECT DISTINCT f.blob_id FROM files f
           WHERE f.object_id = ANY (${ids}::uuid[]) AND f.blob_id IS NOT NULL) AS g
     JOIN blobs b ON b.id = g.blob_id
     WHERE NOT EXISTS (
       SELECT 1 FROM files o JOIN namespaces n ON n.id = o.namespace_id
       WHERE o.blob_id = g.blob_id AND o.object_id <> ALL (${ids}::uuid[]) AND ${seen ?? Prisma.sql`true`})`,
  );
  return Number(row?.bytes ?? 0);
}
