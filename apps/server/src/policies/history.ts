import { LIMIT_DEFAULT, type PolicyEdit } from '@modelbox/schema';
import type { Verb } from '../http/verb.ts';
import { cursorAfter, pageOf } from '../lists/cursor.ts';

/** The edits of a policy, newest first. */
export const policyHistory: Verb<'models.policy.history' | 'namespaces.policy.history'> = async (
  { db },
  { query, touched: { owner } },
) => {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const before = cursorAfter(query.cursor, 'number');
  const rows = await db.prisma.policyEdit.findMany({
    where: { ownerId: owner.id, ...(before === undefined ? {} : { edit: { lt: before } }) },
    orderBy: { edit: 'desc' },
    take: limit + 1,
  });
  const toEdit = (row: (typeof rows)[number]): PolicyEdit => ({
    edit: row.edit,
    document: row.document as PolicyEdit['document'],
    actor: row.actor,
    requestId: row.requestId,
    at: row.at.toISOString(),
  });
  return { status: 200, body: pageOf(rows, limit, toEdit, (row) => row.edit) };
};
