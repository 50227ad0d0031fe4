import type { Sql } from '@modelbox/db';
import type { Author } from './author.ts';

/**
 * All names of the people behind some callers: their own, and those of the owners of the tokens from which their tokens come.
 * Whoever makes a token for somebody else holds its secret, so the two count as one person.
 */
export async function peopleBehind(sql: Sql, callers: readonly Pick<Author, 'name' | 'tokenId'>[]): Promise<string[]> {
  const tokens = callers.flatMap(({ tokenId }) => tokenId ?? []);
  const owners = tokens.length === 0 ? [] : await sql<{ principal: string }>(
    `WITH RECURSIVE line AS (
       SELECT id, parent_id, principal FROM tokens WHERE id = ANY ($1::uuid[])
       UNION
       SELECT t.id, t.parent_id, t.principal FROM line JOIN tokens t ON t.id = line.parent_id)
     SELECT DISTINCT principal FROM line`,
    [tokens],
  );
  return [...new Set([...callers.map(({ name }) => name), ...owners.map(({ principal }) => principal)])].sort();
}
