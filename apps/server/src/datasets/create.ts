import type { Prisma } from '@modelbox/db';
import { parseTrackedUri } from '@modelbox/domain';
import { invalidField } from '../http/problem.ts';
import type { Verb } from '../http/verb.ts';
import { newId } from '../objects/ids.ts';
import { checkMetadata } from '../objects/patch.ts';
import { recordChange } from '../writes/change.ts';
import { ensureNamespace } from '../writes/namespace.ts';
import { write } from '../writes/write.ts';
import { datasetFields } from './store.ts';

/** 422 where a URI is not one that can be kept. */
export function checkUri(uri: string | null | undefined): void {
  const parsed = uri == null ? { ok: true as const } : parseTrackedUri(uri);
  if (!parsed.ok) throw invalidField('body', '/uri', parsed.message);
}

/** Creates a dataset, and its namespace with it; one that is there already is answered as it is. */
export const createDataset: Verb<'datasets.create'> = (ctx, { body, touched }) => {
  const namespace = touched.namespace.namespace;
  const metadata = checkMetadata(body.metadata ?? {});
  checkUri(body.uri);
  return write(ctx, async (tx) => {
    const namespaceId = await ensureNamespace(tx, ctx, namespace);
    const row = {
      id: newId(),
      namespaceId,
      name: body.name,
      uri: body.uri ?? null,
      digest: body.digest ?? null,
      metadata: metadata as Prisma.InputJsonObject,
      createdBy: ctx.actor.name,
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
    };
    const { count } = await tx.dataset.createMany({ data: [row], skipDuplicates: true });
    if (count === 1) {
      await recordChange(tx, ctx, {
        kind: 'dataset',
        id: row.id,
        namespace,
        action: 'created',
        after: datasetFields(row, { namespace }),
      });
      return { status: 201, object: { kind: 'dataset', id: row.id } };
    }
    const there = await tx.dataset.findUniqueOrThrow({
      where: { namespaceId_name: { namespaceId, name: body.name } },
    });
    return { status: 200, object: { kind: 'dataset', id: there.id } };
  });
};
