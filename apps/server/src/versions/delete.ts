import { HttpProblem } from '../http/problem.ts';
import type { Verb } from '../http/verb.ts';
import { deleteObject, restoreObject } from '../objects/delete.ts';
import { holdLiving } from '../objects/store.ts';
import { versions } from './store.ts';

/** Deletes a version softly, unless an alias names it: then something may depend on it. */
export const deleteVersion: Verb<'versions.delete'> = (ctx, { touched: { version } }) =>
  deleteObject(ctx, versions, version, async (tx) => {
    const held = await tx.alias.findMany({ where: { versionId: version.id }, orderBy: { name: 'asc' } });
    if (held.length === 0) return;
    const aliases = held.map((alias) => alias.name);
    throw new HttpProblem(
      'holds_alias',
      `The version ${version.name} holds ${aliases.join(', ')}; move or delete that first.`,
      { aliases },
    );
  });

export const restoreVersion: Verb<'versions.restore'> = (ctx, { touched: { version } }) =>
  restoreObject(ctx, versions, version, async (tx) => {
    if (await holdLiving(tx, 'models', version.parentId)) return;
    throw new HttpProblem('conflict', 'The model of this version is deleted; restore that first.', {
      id: version.parentId,
    });
  });
