import { type PreparedStatement, prepared } from '@modelbox/db';
import type { Room } from '../../protocol/kinds.ts';

/** Columns that `sizedSql` adds. */
export interface SizedRow {
  readonly rowBytes: number;
  /** Rows of the whole result. It exceeds the number of returned rows if the byte limit cut the result. */
  readonly rowCount: number;
  readonly rowIndex: number;
  readonly rowTotal: number;
}

/** Bytes of an item beyond its columns: separators, and derived members. */
const FRAME = 256;

/**
 * Wraps a statement so that it returns its first rows up to a number of bytes. Postgres measures the rows and never
 * sends the rest, because a thousand rows can have a gigabyte.
 * @param bytes placeholder of the limit, for example `$2`.
 * @param isEmpty placeholder of a boolean, for example `$3`: whether the first row is returned at any size.
 */
export const sizedSql = (statement: string, bytes: string, isEmpty: string): string =>
  // Materialized, so that computed columns are computed once for the row and its size.
  `WITH page_row AS MATERIALIZED (${statement}),
     measured AS (
       SELECT page_row.*, octet_length(row_to_json(page_row)::text) + ${FRAME} AS "rowBytes",
              row_number() OVER () AS "rowIndex" FROM page_row),
     summed AS (
       SELECT measured.*, count(*) OVER () AS "rowCount", sum("rowBytes") OVER (ORDER BY "rowIndex") AS "rowTotal"
       FROM measured)
   SELECT * FROM summed WHERE "rowTotal" <= ${bytes}::bigint OR ("rowIndex" = 1 AND ${isEmpty}::boolean)
   ORDER BY "rowIndex"`;

/** Reads objects by id: without `room` all of them in any order, otherwise as many as fit, in the order of the ids. */
type Reader<Row> = (
  on: Parameters<PreparedStatement<[], Row>>[0],
  ids: string[],
  room?: Room,
) => Promise<Row[]>;

/**
 * Makes a reader from a statement that returns a row with the column `id` for each id of `$1`.
 * @param name unique in the process, because it names prepared statements.
 */
export function reader<Row extends object>(name: string, statement: string): Reader<Row> {
  const all = prepared<[string[]], Row>(name, statement);
  const some = prepared<[string[], number, boolean], Row & SizedRow>(
    `${name}_in_bytes`,
    sizedSql(`SELECT o.* FROM (${statement}) AS o ORDER BY array_position($1::uuid[], o.id)`, '$2', '$3'),
  );
  return async (on, ids, room) => {
    if (room === undefined) return all(on, ids);
    const rows = await some(on, ids, room.bytes, room.isEmpty);
    for (const row of rows) room.bytes -= row.rowBytes;
    room.isEmpty &&= rows.length === 0;
    return rows;
  };
}
