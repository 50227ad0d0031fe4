import type { Permission } from '@modelbox/schema';
import { type Actor, decideAccess, isNamed } from './access.ts';

/** Who may move an alias, as a model or a namespace says. */
export type AliasProtection =
  /** Whoever has these permissions, those of a role, on the namespace of the model. */
  | { readonly by: 'role'; readonly permissions: readonly Permission[] }
  /** Users, services and groups. */
  | { readonly by: 'principals'; readonly principals: readonly string[] }
  /** A labelling rule that acts by itself and whose text an admin allowed. `allowed` has the digests of these texts. */
  | { readonly by: 'rule'; readonly allowed: readonly string[] }
  /** Somebody who approves what a rule proposes. */
  | { readonly by: 'proposal' };

/** How an alias is moved: a person or a pipeline asks for it, a rule with this digest does it, or a proposal is approved. */
export type AliasMover = 'caller' | 'proposal' | { readonly rule: string };

/**
 * Whether a protection lets somebody move the alias in a namespace. Who approves a proposal must have what it asks of callers;
 * a rule is no caller. Administrators are whoever they need to be, but no rule.
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
