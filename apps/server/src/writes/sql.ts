import type { Pool, PoolClient } from 'pg';
import type { Tx } from './write.ts';

/** Runs a statement with `$1`, `$2`, … in the caller's transaction, be it Prisma's or one of its own on the pool. */
export type Sql = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;

export const sqlOf =
  (tx: Tx): Sql =>
  (text, values) =>
    tx.$queryRawUnsafe(text, ...values);

export const sqlOn =
  (on: Pool | PoolClient): Sql =>
  async <Row extends object>(text: string, values: readonly unknown[]) =>
    (await on.query<Row>(text, [...values])).rows;
