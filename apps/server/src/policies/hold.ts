import type { Hold } from '@modelbox/schema';
import type { Context } from '../context.ts';
import type { Readout } from '../objects/rows.ts';

/** Holds by the ids of their objects. */
export async function readHolds({ db }: Context, ids: string[]): Promise<Readout<Hold>[]> {
  const rows = await db.prisma.hold.findMany({ where: { objectId: { in: ids } } });
  return rows.map((row) => ({
    id: row.objectId,
    body: { reason: row.reason, by: row.createdBy, at: row.createdAt.toISOString() },
  }));
}
