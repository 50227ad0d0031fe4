import type { LifecycleCheck } from '../../core/objects/delete.ts';
import { demandLivingParent } from '../../core/objects/grace.ts';
import { HttpProblem } from '../../protocol/problem.ts';

/** A version with an alias cannot be deleted, because something may depend on it. */
export const demandNoAlias: LifecycleCheck = async (tx, version) => {
  const held = await tx.alias.findMany({ where: { versionId: version.id }, orderBy: { name: 'asc' } });
  if (held.length === 0) return;
  const aliases = held.map((alias) => alias.name);
  const message = `The version ${version.name} still has aliases: ${aliases.join(', ')}. Move or delete them first.`;
  throw new HttpProblem('holds_alias', message, { aliases });
};

export const demandLivingModel: LifecycleCheck = (tx, version, ctx) =>
  demandLivingParent(tx, ctx, 'model', version.parentId, 'version');
