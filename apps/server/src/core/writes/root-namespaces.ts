import type { Tx } from '@modelbox/db';
import { decideAccess, isNamed, pathsAbove } from '@modelbox/domain';
import type { Permission, Role } from '@modelbox/schema';
import { grantsOf } from '../../access/identity.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { newId } from '../names/ids.ts';
import { locate } from '../names/locate.ts';
import { recordChange } from './change.ts';

const rootOf = (path: string): string => path.split('/', 1)[0] ?? path;

/** Whether the settings allow the caller to create a namespace at the root. A narrowed token never may. */
const isRootCreator = ({ actor, settings: { rootCreators } }: RequestContext): boolean =>
  actor.isNarrowed !== true && (rootCreators === 'everyone' || isNamed(actor, rootCreators));

/** Whether the caller may create the namespace at a path without rights on it, because its root does not exist. */
export const mayTakeRoot = async (ctx: RequestContext, path: string): Promise<boolean> =>
  isRootCreator(ctx) && (await locate(ctx, 'namespace', rootOf(path))) === undefined;

/**
 * Makes the caller the admin of a root that this transaction created. If the root is restored within its grace time,
 * its old grants decide.
 * @param needs the permission that the request needs on the namespace.
 * @throws HttpProblem not_found if another caller created the root meanwhile, or if the caller may not create roots
 */
export async function takeRoot(
  tx: Tx,
  ctx: RequestContext,
  path: string,
  needs: Permission = 'grant.write',
): Promise<void> {
  if (ctx.actor.grants === 'all') return;
  const isHidden = decideAccess(ctx.actor, 'namespace.read', path) === 'hidden';
  const root = rootOf(path);
  const [made] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM namespaces WHERE path = ${root} AND xmin = pg_current_xact_id()::xid`;
  if (made === undefined) return isHidden ? demandOwn(tx, ctx, path, root) : undefined;
  // A new root has no grants. Visible rights come from an administrator's narrowed token, or from a former root.
  if (!isHidden && (await isOfAdministrator(tx, ctx))) return;
  if (!isRootCreator(ctx)) throw noNamespace(path);
  if (await isKept(tx, ctx, root)) return demandKept(tx, ctx, path, needs);
  const id = newId(ctx);
  const { name: principal } = ctx.actor;
  const by = { createdBy: principal, createdAt: ctx.now() };
  await tx.grant.create({ data: { id, namespaceId: made.id, principal, role: 'admin', ...by } });
  const after = { principal, role: 'admin' };
  await recordChange(tx, ctx, { kind: 'grant', id, namespace: root, action: 'created', after });
}

async function isKept(tx: Tx, ctx: RequestContext, root: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<[{ kept: boolean }]>`
    SELECT has_kept_settings(${root}, ${ctx.now()}) AS kept`;
  return row.kept;
}

/** Denies the request if the restored grants do not allow it. */
async function demandKept(tx: Tx, ctx: RequestContext, path: string, needs: Permission): Promise<void> {
  const { name, groups = [] } = ctx.actor;
  const held = await tx.grant.findMany({
    where: { principal: { in: [name, ...groups] }, namespace: { path: { in: pathsAbove(path) } } },
    select: { role: true, namespace: { select: { path: true } } },
  });
  const grants = grantsOf(held.map(({ role, namespace }) => ({ path: namespace.path, role: role as Role })));
  if (decideAccess({ name, grants }, needs, path) !== 'allowed') throw noNamespace(path);
}

const isOfAdministrator = async (tx: Tx, { actor: { tokenId } }: RequestContext): Promise<boolean> =>
  tokenId !== undefined && (await tx.token.count({ where: { id: tokenId, administrator: true } })) > 0;

/** Requires that the caller is admin of the root: another request may have created it, for this caller or another. */
async function demandOwn(tx: Tx, { actor }: RequestContext, path: string, root: string): Promise<void> {
  const own = await tx.grant.count({
    where: { principal: actor.name, role: 'admin', namespace: { path: root } },
  });
  if (own === 0) throw noNamespace(path);
}

const noNamespace = (path: string): HttpProblem =>
  new HttpProblem('not_found', `There is no namespace "${path}".`).because({
    permission: 'namespace.read',
    kind: 'namespace',
    id: null,
    namespace: path,
    name: path,
  });
