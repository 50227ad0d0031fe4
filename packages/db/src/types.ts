import pg from 'pg';

const int8 = 20;
const int8Array = 1016;
const textArray = 1009;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`${text} is beyond the integers that a JavaScript number represents exactly`);
  return value;
}

/**
 * How values of prepared statements arrive: `bigint` as number (an error beyond 2^53), `timestamptz` as Date, `json`
 * and `jsonb` parsed, `numeric` as string. Prisma has its own parsers.
 */
export function rowTypes(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides();
  types.setTypeParser(int8, safeInteger);
  const parseTexts = types.getTypeParser(textArray) as unknown as (text: string) => (string | null)[];
  types.setTypeParser(int8Array, (text: string) =>
    parseTexts(text).map((item) => (item === null ? null : safeInteger(item))),
  );
  return types;
}
