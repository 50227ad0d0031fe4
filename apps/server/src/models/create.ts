import type { Prisma } from '@modelbox/db';
import { HttpProblem } from '../http/problem.ts';
import type { Verb } from '../http/verb.ts';
import { newId } from '../objects/ids.ts';
import { checkMetadata, tagSet } from '../objects/patch.ts';
import { recordChange } from '../writes/change.ts';
import { ensureNamespace } from '../writes/namespace.ts';
import { write } from '../writes/write.ts';
import { modelFields } from './store.ts';

/** Creates a model, and its namespace with it; one that is there already is answered as it is. */
export const createModel: Verb<'models.create'> = (ctx, { body, touched }) => {
  const namespace = touched.namespace.namespace;
  const metadata = checkMetadata(body.metadata ?? {});
  return write(ctx, async (tx) => {
    const namespaceId = await ensureNamespace(tx, ctx, namespace);
    const row = {
      id: newId(),
      namespaceId,
      name: body.name,
      owner: body.owner ?? null,
      task: body.task ?? null,
      description: body.description ?? null,
      metadata: metadata as Prisma.InputJsonObject,
      tags: tagSet(body.tags),
      createdBy: ctx.actor.name,
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
    };
    const { count } = await tx.model.createMany({ data: [row], skipDuplicates: true });
    if (count === 1) {
      await recordChange(tx, ctx, {
        kind: 'model',
        id: row.id,
        namespace,
        action: 'created',
        after: modelFields(row, { namespace }),
      });
      return { status: 201, object: { kind: 'model', id: row.id } };
    }
    const there = await tx.model.findUniqueOrThrow({
      where: { namespaceId_name: { namespaceId, name: body.name } },
    });
    if (there.deletedAt) {
      throw new HttpProblem(
        'name_deleted',
        `The model ${namespace}/${body.name} is deleted and still holds its name; restore it or wait until it is purged.`,
        { id: there.id },
      );
    }
    return { status: 200, object: { kind: 'model', id: there.id } };
  });
};
