import { z } from 'zod';
import type { ViewOf } from './define-resource.ts';
import type { Permission } from './permissions.ts';
import { RESOURCES } from './resources.ts';

export type View = ViewOf<Permission>;

export const hidden = z
  .array(z.string())
  .optional()
  .meta({
    description:
      'The fields that the caller may not see: they have empty values or are absent. If `hidden` is ' +
      'absent, the answer is complete.',
  });

const defined: readonly { readonly kind: string; readonly views?: Readonly<Record<string, View>> }[] =
  RESOURCES;

/** The views by schema id. A schema without a view is shown whole to every caller who passes its route. */
export const VIEWS: Readonly<Record<string, View>> = Object.fromEntries(
  defined.flatMap(({ views = {} }) => Object.entries(views)),
);

/** Lists the permissions that a view requires for a field; empty: none. */
export function permissionsOf({ always, rest, parts }: View, field: string): readonly Permission[] {
  const own = parts?.[field];
  if (own) return own;
  return rest === undefined || always.includes(field) ? [] : [rest];
}
