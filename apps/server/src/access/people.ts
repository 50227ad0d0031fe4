import type { Sql } from '@modelbox/db';
import type { Author } from './author.ts';

/**
 * Returns the names of the people behind some callers: the callers, and the owners of all ancestors of their tokens.
 * The creator of a token knows its secret, so creator and owner count as one person.
 */
export async function peopleBehind(
  sql: Sql,
  callers: readonly Pick<Author, 'name' | 'tokenId'>[],
): Promise<string[]> {
  const tokens = callers.flatMap(({ tokenId }) => tokenId ?? []);
  const owners =
    tokens.length === 0
      ? []
      : await sql<{ principal: string }>(
          `WITH RECURSIVE line AS (
       SELECT id, parent_id, principal FROM tokens WHERE id = ANY ($1::uuid[])
       UNION
       SELECT t.id, t.parent_id, t.principal FROM line JOIN tokens t ON t.id = line.parent_id)
     SELECT DISTINCT principal FROM line`,
          [tokens],
        );
  return [
    ...new Set([...callers.map(({ name }) => name), ...owners.map(({ principal }) => principal)]),
  ].sort();
}
