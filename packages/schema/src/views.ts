import { z } from 'zod';
import type { ViewOf } from './define-resource.ts';
import type { Permission } from './permissions.ts';
import { RESOURCES } from './resources.ts';

export type View = ViewOf<Permission>;

/** The field that names what an answer does not show. */
export const hidden = z.array(z.string()).optional().meta({
  description:
    'Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown.',
});

const defined: readonly { readonly kind: string; readonly views?: Readonly<Record<string, View>> }[] =
  RESOURCES;

/** The views by the id of their wire schema. A schema without one is shown whole to whoever passes its route. */
export const VIEWS: Readonly<Record<string, View>> = Object.fromEntries(
  defined.flatMap(({ views = {} }) => Object.entries(views)),
);

/** The permissions that a field needs by a view; empty: none. */
export function permissionsOf({ always, rest, parts }: View, field: string): readonly Permission[] {
  const own = parts?.[field];
  if (own) return own;
  return rest === undefined || always.includes(field) ? [] : [rest];
}
