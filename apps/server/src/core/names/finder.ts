import { lookup } from '@modelbox/db';
import { isUuid, parseQualifiedName } from '@modelbox/domain';
import { type ReferableKind, TABLES } from '@modelbox/schema';
import type { Find } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';

/** A located object without its kind, as a finder selects it. */
export type Found = Omit<Located, 'kind'>;

/**
 * Every write records a change in the same transaction, so the id of the last change identifies the state of an object.
 */
export const lastChange = (id: string): string =>
  `(SELECT max(h.id)::text FROM changes h WHERE h.object_id = ${id})`;

export const byId = (kind: ReferableKind, select: string, id: string) =>
  lookup<[string], Found>(`locate_${kind}_id`, ['uuid'], `${select} WHERE ${id} = $1`);

/** Makes a finder for a kind whose objects have only an id. */
export function idFinder(kind: ReferableKind, select: string, id: string): Find {
  const findById = byId(kind, select, id);
  return async ({ db }, text) => (isUuid(text) ? findById(db.requests, text) : undefined);
}

interface Named {
  readonly kind: ReferableKind;
  /** The alias of the table in the SQL of the other columns. */
  readonly as: string;
  /** When the object was deleted. Absent: objects of this kind cannot be deleted. */
  readonly deletedAt?: string;
  /** Changes with every write that the object's answer shows. Absent: no answer is cached. */
  readonly cacheTag?: string;
}

/** Makes a finder for a kind whose objects have an id, or a namespace and a name. */
export function namedFinder({ kind, as, deletedAt = 'NULL::timestamptz', cacheTag = 'NULL' }: Named): Find {
  const select = `
  SELECT ${as}.id, n.path AS namespace, n.id AS "namespaceId", n.id AS "parentId", ${as}.name,
         ${deletedAt} AS "deletedAt", ${cacheTag} AS "cacheTag"
  FROM ${TABLES[kind]} ${as} JOIN namespaces n ON n.id = ${as}.namespace_id`;
  const findById = byId(kind, select, `${as}.id`);
  const findByName = lookup<[string, string], Found>(
    `locate_${kind}_name`,
    ['text', 'text'],
    `${select} WHERE n.path = $1 AND ${as}.name = $2`,
  );
  return async ({ db }, text, under) => {
    if (isUuid(text)) return findById(db.requests, text);
    const qualified = parseQualifiedName(text);
    if (qualified.ok) return findByName(db.requests, qualified.namespace, qualified.name);
    return under === undefined ? undefined : findByName(db.requests, under.namespace, text.normalize('NFC'));
  };
}
