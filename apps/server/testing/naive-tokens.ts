import { type NaiveGrant, type NaiveToken, naivelyMay } from './naive-access.ts';

/*
 * The rules about tokens of docs/access.md, written once more by hand, as plainly as possible. Only tests use them, and
 * the server shares nothing with them. Times are milliseconds of the server's clock.
 */

export interface NaiveSettings {
  readonly mintByTokens: boolean;
  readonly maxLifetime: number;
  readonly idleExpiry: number;
}

export interface NaiveNode extends NaiveToken {
  readonly networks: readonly string[] | null;
  /** Undefined if the bootstrap token created it. */
  readonly parent: NaiveNode | undefined;
  readonly end: number;
  usedAt: number;
  isRevoked: boolean;
}

export interface NaiveRequest {
  readonly principal?: string | undefined;
  readonly administrator: boolean;
  /** Undefined if the request has no `expiresAt`. */
  readonly end: number | undefined;
}

/** A token and its ancestors, the oldest last. */
export function lineOf(node: NaiveNode): NaiveNode[] {
  return node.parent === undefined ? [node] : [node, ...lineOf(node.parent)];
}

/** A token works as long as neither the token nor an ancestor is revoked, expired or idle for too long. */
export function works(node: NaiveNode, { idleExpiry }: NaiveSettings, now: number): boolean {
  for (const each of lineOf(node)) {
    if (each.isRevoked) return false;
    if (each.end <= now) return false;
    if (now - each.usedAt > idleExpiry) return false;
  }
  return true;
}

const isNarrowed = ({ namespaces, permissions, networks }: NaiveNode): boolean =>
  namespaces !== null || permissions !== null || networks !== null;

const isFullAdministrator = ({ administrator, namespaces, permissions }: NaiveNode): boolean =>
  administrator && namespaces === null && permissions === null;

export function mint(
  by: NaiveNode,
  asked: NaiveRequest,
  settings: NaiveSettings,
  now: number,
): { readonly status: 201 | 401 | 403 | 422; readonly end: number } {
  const latest = Math.min(by.end, now + settings.maxLifetime);
  const end = asked.end ?? latest;
  if (!works(by, settings, now)) return { status: 401, end };
  if (isNarrowed(by)) return { status: 403, end };
  const isForSelf = asked.principal === undefined || asked.principal === by.principal;
  if (!by.administrator && (asked.administrator || !isForSelf)) return { status: 403, end };
  if (!settings.mintByTokens) return { status: 403, end };
  return { status: end > latest ? 422 : 201, end };
}

export function revoke(
  by: NaiveNode,
  of: NaiveNode,
  settings: NaiveSettings,
  now: number,
): 204 | 401 | 403 | 404 {
  if (!works(by, settings, now)) return 401;
  if (isFullAdministrator(by) || by === of) return 204;
  if (by.principal !== of.principal) return 404;
  return isNarrowed(by) ? 403 : 204;
}

/** Whether a token has no right that an ancestor lacks, and ends no later than each ancestor. */
export function isBounded(
  node: NaiveNode,
  grants: readonly NaiveGrant[],
  permissions: readonly string[],
  namespaces: readonly string[],
): boolean {
  return lineOf(node).every(
    (above) =>
      node.end <= above.end &&
      permissions.every((permission) =>
        namespaces.every(
          (namespace) =>
            !naivelyMay(node, grants, permission, namespace) ||
            naivelyMay(above, grants, permission, namespace),
        ),
      ),
  );
}
