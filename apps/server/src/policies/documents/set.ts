import type { Tx } from '@modelbox/db';
import type { PolicyDocument as Document } from '@modelbox/schema';
import { newId } from '../../core/names/ids.ts';
import { deletedMeanwhile } from '../../core/objects/store.ts';
import { canonicalJson } from '../../core/writes/canonical.ts';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { demandMatch } from '../../protocol/http/preconditions.ts';
import type { Located } from '../../protocol/located.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { authorsAfter } from './authors-after.ts';
import { demandValid } from './check.ts';

/**
 * Sets the policy of a model or namespace under its row lock. The same document is no edit, unless the caller takes
 * over a suspended section.
 */
export const setPolicy: Verb<'models.policy.set' | 'namespaces.policy.set'> = (
  ctx,
  { body, touched: { owner, ...datasets } },
) =>
  write(ctx, async (tx) => {
    await lockOwner(tx, owner);
    const before = await tx.policy.findUnique({ where: { ownerId: owner.id } });
    demandMatch(ctx.ifMatch, before?.edit ?? 0);
    demandValid(ctx, owner, body, datasets);
    const authors = await authorsAfter(tx, ctx, owner, before, body);
    const isSame = before !== null && canonicalJson(before.document) === canonicalJson(body);
    if (isSame && canonicalJson(before.authors) === canonicalJson(authors)) return receiptOf(before.id);
    const edit = (before?.edit ?? 0) + 1;
    const columns = {
      document: body,
      authors: authors as object,
      edit,
      editedBy: ctx.actor.name,
      editedAt: ctx.now(),
    };
    const id = before?.id ?? newId(ctx);
    await tx.policy.upsert({
      where: { ownerId: owner.id },
      create: { id, ownerKind: owner.kind, ownerId: owner.id, ...columns },
      update: columns,
    });
    await recordEdit(tx, ctx, owner, edit, (before?.document ?? null) as Document | null, body);
    return receiptOf(id);
  });

const receiptOf = (id: string): Receipt => ({ status: 200, object: { kind: 'policy', id } });

async function lockOwner(tx: Tx, { kind, id }: Located): Promise<void> {
  const [row] =
    kind === 'model'
      ? await tx.$queryRaw<{ deletedAt: Date | null }[]>`
          SELECT deleted_at AS "deletedAt" FROM models WHERE id = ${id}::uuid FOR NO KEY UPDATE`
      : await tx.$queryRaw<{ deletedAt: Date | null }[]>`
          SELECT NULL::timestamptz AS "deletedAt" FROM namespaces WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  if (row === undefined || row.deletedAt) throw deletedMeanwhile(kind, id);
}

async function recordEdit(
  tx: Tx,
  ctx: RequestContext,
  owner: Located,
  edit: number,
  before: Document | null,
  document: Document,
): Promise<void> {
  await tx.policyEdit.create({
    data: {
      ownerKind: owner.kind,
      ownerId: owner.id,
      edit,
      document,
      actor: ctx.actor.name,
      requestId: ctx.requestId,
      at: ctx.now(),
    },
  });
  await recordChange(tx, ctx, {
    kind: owner.kind,
    id: owner.id,
    namespace: owner.namespace,
    action: 'policy_set',
    detail: { edit, before, after: document },
  });
}
