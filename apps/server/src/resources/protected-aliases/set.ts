import type { Tx } from '@modelbox/db';
import type { AliasProtectionPut } from '@modelbox/schema';
import { newId } from '../../core/names/ids.ts';
import { demandVisible } from '../../core/objects/new-name.ts';
import { deletedMeanwhile, lockLivingForShare } from '../../core/objects/store.ts';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { demandMatch } from '../../protocol/http/preconditions.ts';
import type { Located } from '../../protocol/located.ts';
import { invalidField } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { lockProtections } from './demand.ts';
import { ownerOf, stateOf } from './rows.ts';

/** Sets, or replaces, the protection of an alias on a model or on all models below a namespace. */
export function setProtection(
  ctx: RequestContext,
  object: Located,
  alias: string,
  body: AliasProtectionPut,
): Promise<Receipt> {
  demandSound(ctx, body);
  const said = {
    movableBy: body.by,
    role: body.role ?? null,
    principals: [...new Set(body.principals)].sort(),
    approvals: body.approvals ?? 1,
    evaluatorRole: body.evaluations === undefined ? 'admin' : (body.evaluations.role ?? null),
    evaluators: [...new Set(body.evaluations?.principals)].sort(),
    reason: body.reason ?? null,
  };
  return write(ctx, async (tx) => {
    await demandThere(tx, object);
    await lockProtections(tx, object.namespace, alias, 'alone');
    const before = await tx.protectedAlias.findFirst({ where: { ...ownerOf(object), alias } });
    demandMatch(ctx.ifMatch, before?.edit ?? 0);
    if (before && JSON.stringify(stateOf(before)) === JSON.stringify(stateOf({ ...said, alias })))
      return { status: 200, object: { kind: 'alias_protection', id: before.id } };
    if (!before) demandVisible('path', '/alias', alias);
    const data = { ...said, createdBy: ctx.actor.name, createdAt: ctx.now() };
    // A consent ends with the protection by `rule`. A later protection by `rule` needs another one.
    if (before && body.by !== 'rule') await tx.ruleConsent.deleteMany({ where: { protectionId: before.id } });
    const { id } = before
      ? await tx.protectedAlias.update({ where: { id: before.id }, data: { ...data, edit: before.edit + 1 } })
      : await tx.protectedAlias.create({ data: { id: newId(ctx), ...ownerOf(object), alias, ...data } });
    await recordChange(tx, ctx, {
      kind: 'alias_protection',
      id,
      namespace: object.namespace,
      action: before ? 'updated' : 'created',
      before: before && stateOf(before),
      after: stateOf({ ...said, alias }),
      detail: { on: object.kind, onId: object.id },
    });
    return { status: 200, object: { kind: 'alias_protection', id } };
  });
}

function demandSound(
  { settings }: Pick<RequestContext, 'settings'>,
  { by, role, principals, approvals = 1, evaluations }: AliasProtectionPut,
): void {
  for (const [name, value] of Object.entries({ role, principals })) {
    if (by === name && value === undefined)
      throw invalidField('body', `/${name}`, `is required if \`by\` is ${name}`);
    if (by !== name && value !== undefined)
      throw invalidField('body', `/${name}`, `is allowed only if \`by\` is ${name}, not if it is ${by}`);
  }
  if (evaluations !== undefined && by !== 'rule')
    throw invalidField('body', '/evaluations', `is allowed only if \`by\` is rule, not if it is ${by}`);
  if (evaluations !== undefined && evaluations.role === undefined && !evaluations.principals?.length)
    throw invalidField(
      'body',
      '/evaluations',
      'must have `role` or `principals`. Rules then use only metric values that these callers logged',
    );
  if (approvals > 1 && by !== 'proposal')
    throw invalidField('body', '/approvals', `is allowed only if \`by\` is proposal, not if it is ${by}`);
  if (approvals > 1 && settings.auth === 'open')
    throw invalidField(
      'body',
      '/approvals',
      'must be 1 on an open server: all callers are the same local user there, so nobody else could approve. Set ' +
        'MODELBOX_AUTH=tokens to distinguish callers',
    );
}

/** Locks the object against deletion until the transaction ends. Throws 404 if it was deleted meanwhile. */
async function demandThere(tx: Tx, { kind, id }: Located): Promise<void> {
  const isThere =
    kind === 'model'
      ? await lockLivingForShare(tx, 'models', id)
      : (await tx.$queryRaw<unknown[]>`SELECT 1 FROM namespaces WHERE id = ${id}::uuid FOR KEY SHARE`)
          .length > 0;
  if (!isThere) throw deletedMeanwhile(kind, id);
}
