import type { Prisma } from '@modelbox/db';
import { HttpProblem } from '../http/problem.ts';
import type { Verb } from '../http/verb.ts';
import { newId } from '../objects/ids.ts';
import { checkMetadata, tagSet } from '../objects/patch.ts';
import { recordChange } from '../writes/change.ts';
import { ensureNamespace } from '../writes/namespace.ts';
import { write } from '../writes/write.ts';
import { experimentFields } from './store.ts';

/** Creates an experiment, and its namespace with it; one that is there already is answered as it is. */
export const createExperiment: Verb<'experiments.create'> = (ctx, { body, touched }) => {
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
      framework: body.framework ?? null,
      externalId: body.externalId ?? null,
      status: body.status ?? 'running',
      metadata: metadata as Prisma.InputJsonObject,
      tags: tagSet(body.tags),
      createdBy: ctx.actor.name,
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
    };
    const { count } = await tx.experiment.createMany({ data: [row], skipDuplicates: true });
    if (count === 1) {
      await recordChange(tx, ctx, {
        kind: 'experiment',
        id: row.id,
        namespace,
        action: 'created',
        after: experimentFields(row, { namespace }),
      });
      return { status: 201, object: { kind: 'experiment', id: row.id } };
    }
    const there = await tx.experiment.findUniqueOrThrow({
      where: { namespaceId_name: { namespaceId, name: body.name } },
    });
    if (there.deletedAt) {
      throw new HttpProblem(
        'name_deleted',
        `The experiment ${namespace}/${body.name} is deleted and still holds its name; restore it or wait until it is purged.`,
        { id: there.id },
      );
    }
    return { status: 200, object: { kind: 'experiment', id: there.id } };
  });
};
