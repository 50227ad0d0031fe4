import type { Tx } from '@modelbox/db';
import { decideAccess, isNamed } from '@modelbox/domain';
import type { Permission, Role } from '@modelbox/schema';
import { grantsOf } from '../../access/identity.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { newId } from '../names/ids.ts';
import { locate } from '../names/locate.ts';
import { recordChange } from './change.ts';

const rootOf = (path: string): string => path.split('/', 1)[0] ?? path;

/** Whether the caller may make a namespace at the root, as the settings say. A narrowed token is for what is there. */
const isRootCreator = ({ actor, settings: { rootCreators } }: RequestContext): boolean =>
  actor.isNarrowed !== true && (rootCreators === 'everyone' || isNamed(actor, rootCreators));

/** Whether a request may make the namespace at a path though the caller has no right there: its root is free to take. */
export const mayTakeRoot = async (ctx: RequestContext, path: string): Promise<boolean> =>
  isRootCreator(ctx) && (await locate(ctx, 'namespace', rootOf(path))) === undefined;

/**
 * Gives the root of a namespace that has just been made to the caller who took it. A root that was deleted within its
 * grace time goes to nobody: its former grants decide.
 * @param needs the permission that the request needs there.
 * @throws HttpProblem not_found: 404 where somebody else had taken it meanwhile, or the caller makes no roots
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
  // Nobody has grants on what has just been made: other rights are those on a root of this name that is gone.
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

/** Denies what the grants that have just been restored do not allow. */
async function demandKept(tx: Tx, ctx: RequestContext, path: string, needs: Permission): Promise<void> {
  const { name, groups = [] } = ctx.actor;
  const held = await tx.grant.findMany({
    where: { principal: { in: [name, ...groups] }, namespace: { path: { in: pathsAbove(path) } } },
    select: { role: true, namespace: { select: { path: true } } },
  });
  const grants = grantsOf(held.map(({ role, namespace }) => ({ path: namespace.path, role: role as Role })));
  if (decideAccess({ name, grants }, needs, path) !== 'allowed') throw noNamespace(path);
}

/** A path and those of all namespaces above it. */
const pathsAbove = (path: string): string[] =>
  path.split('/').map((_, index, segments) => segments.slice(0, index + 1).join('/'));

/** Whether the caller's token is a narrowed one of an administrator. */
const isOfAdministrator = async (tx: Tx, { actor: { tokenId } }: RequestContext): Promise<boolean> =>
  tokenId !== undefined && (await tx.token.count({ where: { id: tokenId, administrator: true } })) > 0;

/** Another request may have taken the root meanwhile: one of the same caller, or of somebody else. */
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
