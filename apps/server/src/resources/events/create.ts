import type { Prisma } from '@modelbox/db';
import { type OwnerKind, TABLES } from '@modelbox/schema';
import { newId } from '../../core/names/ids.ts';
import { checkMetadata } from '../../core/objects/patch.ts';
import { lockLivingForShare } from '../../core/objects/store.ts';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';

interface EventInput {
  name: string;
  source: string;
  time?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
}

export function createEvent(
  ctx: RequestContext,
  kind: OwnerKind,
  object: Located,
  body: EventInput,
): Promise<Receipt> {
  const metadata = checkMetadata(body.metadata ?? {});
  return write(ctx, async (tx) => {
    if (!(await lockLivingForShare(tx, TABLES[kind], object.id)))
      throw new HttpProblem('not_found', `The ${kind} is deleted. Restore it first.`, { id: object.id });
    const time = body.time === undefined ? ctx.now() : new Date(body.time);
    const row = {
      id: newId(ctx),
      objectKind: kind,
      objectId: object.id,
      name: body.name,
      source: body.source,
      time,
      metadata: metadata as Prisma.InputJsonObject,
      createdBy: ctx.actor.name,
      createdAt: ctx.now(),
    };
    await tx.event.create({ data: row });
    await recordChange(tx, ctx, {
      kind,
      id: object.id,
      namespace: object.namespace,
      action: 'event_told',
      detail: { id: row.id, name: body.name, source: body.source, time: time.toISOString(), metadata },
    });
    return { status: 201, object: { kind: 'event', id: row.id } };
  });
}
