import type { Grant } from '@modelbox/schema';
import { cursorAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import { newId } from '../../core/names/ids.ts';
import { demandVisible } from '../../core/objects/new-name.ts';
import { recordChange } from '../../core/writes/change.ts';
import { lockKey } from '../../core/writes/lock-key.ts';
import { ensureNamespace } from '../../core/writes/namespace.ts';
import type { Context } from '../../protocol/context.ts';
import type { Readout } from '../../protocol/kinds.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { changingRights } from './changing-rights.ts';

/** Grants a role on a namespace. It replaces the current role of the principal there. */
export const setGrant: Verb<'namespaces.grants.set'> = (ctx, { body, params, touched: { namespace } }) =>
  changingRights(ctx, async (tx): Promise<Receipt> => {
    const path = namespace.namespace;
    const namespaceId = await ensureNamespace(tx, ctx, namespace);
    const { principal } = params;
    const key = { namespaceId_principal: { namespaceId, principal } };
    await lockKey(tx, `grant ${namespaceId} ${principal}`);
    const before = await tx.grant.findUnique({ where: key });
    const made = { role: body.role, createdBy: ctx.actor.name, createdAt: ctx.now() };
    if (before?.role === body.role) return { status: 200, object: { kind: 'grant', id: before.id } };
    if (before === null) demandVisible('path', '/principal', principal);
    const id = before?.id ?? newId(ctx);
    await tx.grant.upsert({ where: key, create: { id, namespaceId, principal, ...made }, update: made });
    await recordChange(tx, ctx, {
      kind: 'grant',
      id,
      namespace: path,
      action: before ? 'updated' : 'created',
      before: before && { principal, role: before.role },
      after: { principal, role: body.role },
    });
    return { status: 200, object: { kind: 'grant', id } };
  });

export const deleteGrant: Verb<'namespaces.grants.delete'> = (ctx, { params, touched: { namespace } }) =>
  changingRights(ctx, async (tx): Promise<Receipt> => {
    const { principal } = params;
    const row =
      namespace.id === null
        ? null
        : await tx.grant.findUnique({
            where: { namespaceId_principal: { namespaceId: namespace.id, principal } },
          });
    if (row === null)
      throw new HttpProblem(
        'not_found',
        `${principal} has no grant on ${namespace.namespace} itself. If the grant is on a parent namespace, delete ` +
          'it there.',
      );
    const { count } = await tx.grant.deleteMany({ where: { id: row.id } });
    if (count > 0) {
      await recordChange(tx, ctx, {
        kind: 'grant',
        id: row.id,
        namespace: namespace.namespace,
        action: 'deleted',
        before: { principal, role: row.role },
      });
    }
    return { status: 204, object: null };
  });

interface GrantRow {
  id: string;
  namespace: string;
  principal: string;
  role: Grant['role'];
  createdBy: string;
  createdAt: Date;
}

const COLUMNS =
  'g.id, n.path AS namespace, g.principal, g.role, g.created_by AS "createdBy", g.created_at AS "createdAt"';

const toGrant = ({ id: _, createdAt, ...row }: GrantRow, at: string): Grant => ({
  ...row,
  inherited: row.namespace !== at,
  createdAt: createdAt.toISOString(),
});

const PAGE = sizedSql(
  `SELECT ${COLUMNS} FROM grants g JOIN namespaces n ON n.id = g.namespace_id
   WHERE n.path = ANY (paths_above($1)) AND g.principal || chr(1) || n.path > $2
   ORDER BY g.principal || chr(1) || n.path LIMIT $3`,
  '$4',
  '$5',
);

export const listGrants: Verb<'namespaces.grants.list'> = async (ctx, { query, touched: { namespace } }) => {
  const path = namespace.namespace;
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: cursorAfter(query.cursor, 'string'),
    read: async (after, count, { bytes, isEmpty }) =>
      (await ctx.db.requests.query<GrantRow & SizedRow>(PAGE, [path, after ?? '', count, bytes, isEmpty]))
        .rows,
    toItem: (row: GrantRow) => toGrant(row, path),
    cursorOf: (row) => `${row.principal}\u0001${row.namespace}`,
  });
  return { status: 200, body };
};

export async function readGrants({ db }: Context, ids: string[]): Promise<Readout<Grant>[]> {
  const { rows } = await db.requests.query<GrantRow>(
    `SELECT ${COLUMNS} FROM grants g JOIN namespaces n ON n.id = g.namespace_id WHERE g.id = ANY ($1::uuid[])`,
    [ids],
  );
  return rows.map((row) => ({ id: row.id, body: toGrant(row, row.namespace), crossNamespace: undefined }));
}
