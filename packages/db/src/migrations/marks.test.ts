import { describe, expect, test } from 'vitest';
import { readMigrations } from './files.ts';

/* The rule for upgrades in CONTRIBUTING.md, as far as names and text can tell. */

const marked = /^\d{14}_(?:expand|contract|breaking)_/;

/** Statements that take something away from servers of the release before. */
const takesAway = [
  /\bDROP\s+(?:TABLE|COLUMN|DEFAULT|FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|VIEW|TRIGGER|SEQUENCE|SCHEMA)\b/i,
  /\bRENAME\s+(?:TO|COLUMN|CONSTRAINT|VALUE)\b/i,
  /\bSET\s+NOT\s+NULL\b/i,
  /\bALTER\s+COLUMN\s+\S+\s+(?:SET\s+DATA\s+)?TYPE\b/i,
  /\bADD\s+(?:COLUMN\s+)?(?!CONSTRAINT)(?![^,;]*\bDEFAULT\b)[^,;]*\bNOT\s+NULL\b/i,
  /\bTRUNCATE\b/i,
];

const withoutComments = (sql: string) => sql.replaceAll(/--.*$|\/\*[\s\S]*?\*\//gm, '');

const fault = (sql: string) =>
  takesAway.map((statement) => statement.exec(withoutComments(sql))?.[0]).find(Boolean);

test('every migration says whether older servers can live with it', async () => {
  // No server is older than the first one.
  const [, ...later] = (await readMigrations()).map(({ name }) => name);
  expect(later.filter((name) => !marked.test(name))).toEqual([]);
});

test('a migration that is marked as expand-only takes nothing away', async () => {
  const expanding = (await readMigrations()).filter(({ name }) => name.includes('_expand_'));
  expect(expanding.flatMap(({ name, sql }) => (fault(sql) ? [`${name}: ${fault(sql)}`] : []))).toEqual([]);
});

describe('this check', () => {
  test.each([
    'ALTER TABLE a DROP COLUMN b;',
    'ALTER TABLE a RENAME COLUMN b TO c',
    'ALTER TABLE a ADD COLUMN b int NOT NULL, ADD COLUMN c int DEFAULT 0',
    'ALTER TABLE a ADD b int NOT NULL',
    'ALTER TABLE a ALTER COLUMN b SET NOT NULL',
    'ALTER TABLE a ALTER COLUMN b TYPE text',
    'DROP FUNCTION f(int)',
  ])('finds %s', (sql) => expect(fault(sql)).toBeDefined());

  test.each([
    'ALTER TABLE a ADD COLUMN b int, ADD COLUMN c int NOT NULL DEFAULT 0',
    'CREATE TABLE a (b int NOT NULL)',
    'ALTER TABLE a ALTER COLUMN b DROP NOT NULL; DROP INDEX i',
    'ALTER TABLE a ADD CONSTRAINT c CHECK (b IS NOT NULL) NOT VALID',
    '-- DROP TABLE a\nCREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
  ])('accepts %s', (sql) => expect(fault(sql)).toBeUndefined());
});
