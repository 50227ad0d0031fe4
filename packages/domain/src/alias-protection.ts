import type { Permission } from '@modelbox/schema';
import { type Actor, decideAccess, isNamed } from './access.ts';

/** The callers and rules that may move an alias, by the protection of a model or namespace. */
export type AliasProtection =
  /** Callers with these permissions, those of a role, on the namespace of the model. */
  | { readonly by: 'role'; readonly permissions: readonly Permission[] }
  /** Users, services and groups. */
  | { readonly by: 'principals'; readonly principals: readonly string[] }
  /** Labelling rules in mode `auto` whose text an admin allowed. `allowed` lists the digests of these texts. */
  | { readonly by: 'rule'; readonly allowed: readonly string[] }
  /** Callers who approve a proposal. */
  | { readonly by: 'proposal' };

/** The source of a move: a request, an approved proposal, or a rule with this digest. */
export type AliasMover = 'caller' | 'proposal' | { readonly rule: string };

/**
 * Whether a protection allows a move of the alias in a namespace. The approver of a proposal must satisfy the
 * protection as a caller; a rule is not a caller. Administrators satisfy every protection of callers, but never count
 * as a rule.
 */
export function allowsMove(
  protection: AliasProtection,
  actor: Actor,
  mover: AliasMover,
  namespace: string,
): boolean {
  switch (protection.by) {
    case 'rule':
      return typeof mover === 'object' && protection.allowed.includes(mover.rule);
    case 'proposal':
      return mover === 'proposal';
    case 'role':
      return (
        typeof mover !== 'object' &&
        protection.permissions.every((each) => decideAccess(actor, each, namespace) === 'allowed')
      );
    case 'principals':
      return typeof mover !== 'object' && (actor.grants === 'all' || isNamed(actor, protection.principals));
  }
}
