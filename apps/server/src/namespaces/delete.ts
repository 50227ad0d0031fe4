import { isForeignKeyViolation } from '@modelbox/db';
import { changingRights } from '../access/changing-rights.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Receipt, Verb } from '../http/verb.ts';
import { lockObject } from '../objects/store.ts';
import { recordChange } from '../writes/change.ts';
import { namespaces } from './store.ts';

/** Deletes a namespace in which nothing lies, not even something deleted that could be restored; the grants on it go too. */
export const deleteNamespace: Verb<'namespaces.delete'> = (ctx, { touched: { namespace } }) =>
  changingRights(ctx, async (tx): Promise<Receipt> => {
    const { id } = namespace;
    if (id === null) throw new HttpProblem('not_found', `There is no namespace "${namespace.namespace}".`);
    const row = await lockObject(tx, ctx, namespaces, { id });
    await recordChange(tx, ctx, {
      kind: 'namespace',
      id: row.id,
      namespace: row.path,
      action: 'deleted',
      before: namespaces.fields(row, namespace),
    });
    try {
      await tx.namespace.delete({ where: { id: row.id } });
    } catch (error) {
      // The foreign keys decide, so that nothing can come into it between a look and the delete.
      if (!isForeignKeyViolation(error)) throw error;
      throw new HttpProblem(
        'not_empty',
        `The namespace ${row.path} still contains namespaces, models, experiments or datasets; what is deleted counts until it is purged.`,
      );
    }
    return { status: 204, object: null };
  });
