import type { Event as StoredEvent } from '@modelbox/db';
import type { Event } from '@modelbox/schema';
import type { Context } from '../../protocol/context.ts';
import type { Readout } from '../../protocol/kinds.ts';

export type EventRow = Omit<StoredEvent, 'objectKind' | 'objectId'>;

export const toEvent = (row: EventRow): Event => ({
  id: row.id,
  name: row.name,
  source: row.source,
  time: row.time.toISOString(),
  metadata: row.metadata as Record<string, unknown>,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
});

export async function readEvents({ db }: Context, ids: string[]): Promise<Readout<Event>[]> {
  const rows = await db.prisma.event.findMany({ where: { id: { in: ids } } });
  return rows.map((row) => ({ id: row.id, body: toEvent(row), crossNamespace: undefined }));
}
