import { type PreparedStatement, prepared } from '@modelbox/db';
import type { Room } from '../../protocol/kinds.ts';

/** The columns that `sizedSql` adds to each row. */
export interface SizedRow {
  /** Bytes of the row as JSON. */
  readonly rowBytes: number;
  /** Rows of the whole result: more than came, if the bytes ended it. */
  readonly rowCount: number;
  readonly rowIndex: number;
  readonly rowTotal: number;
}

/** Bytes of an item on the wire beyond its columns: separators, and members that are derived from others. */
const FRAME = 256;

/**
 * Wraps a statement so that it returns its rows in their order up to a bound of bytes. Postgres measures them, so the
 * rest is never sent: a thousand rows can have a gigabyte.
 * @param bytes the place of the bound among the parameters, as `$2`.
 * @param isEmpty the place of a boolean, as `$3`: whether the first row comes at any size.
 */
export const sizedSql = (statement: string, bytes: string, isEmpty: string): string =>
  // Materialized, so that what a column computes is computed once for the row and its size.
  `WITH page_row AS MATERIALIZED (${statement}),
     measured AS (
       SELECT page_row.*, octet_length(row_to_json(page_row)::text) + ${FRAME} AS "rowBytes",
              row_number() OVER () AS "rowIndex" FROM page_row),
     summed AS (
       SELECT measured.*, count(*) OVER () AS "rowCount", sum("rowBytes") OVER (ORDER BY "rowIndex") AS "rowTotal"
       FROM measured)
   SELECT * FROM summed WHERE "rowTotal" <= ${bytes}::bigint OR ("rowIndex" = 1 AND ${isEmpty}::boolean)
   ORDER BY "rowIndex"`;

/** Reads objects by their ids: all of them in any order, or as many as fit in the order of the ids. */
type Reader<Row> = (
  on: Parameters<PreparedStatement<[], Row>>[0],
  ids: string[],
  room?: Room,
) => Promise<Row[]>;

/**
 * Makes a reader from a statement that returns a row for each id of `$1`, with the column `id`.
 * @param name unique in the process: it names prepared statements.
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
