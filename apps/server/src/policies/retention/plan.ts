import { Prisma, runSql, type Sql } from '@modelbox/db';
import {
  defaultPer,
  type Protection,
  type Retained,
  type RetentionVerdict,
  retentionPlan,
  type Undecided,
} from '@modelbox/domain';
import type { Pace } from '../../protocol/context.ts';
import type { Scope } from './scope.ts';

/** Objects per statement, so that the memory of a plan does not grow with their number. */
const PAGE = 5000;

export interface Planned extends Retained {
  readonly name: string;
}

interface Row {
  id: string;
  name: string;
  createdAt: Date;
  order: number;
  epoch: string | number | bigint | null;
  group: string | null;
  protections: Protection[];
  hasFiles: boolean;
  values: (number | boolean | string | null)[];
  names: boolean[][];
}

/** The verdicts of a rule. The plan reads all objects twice, so it must run in one snapshot. */
export interface Plan {
  /** The clauses that cannot decide because of missing names. */
  readonly undecided: readonly Undecided[];
  readonly verdicts: AsyncIterable<{ readonly object: Planned; readonly verdict: RetentionVerdict }>;
}

export async function planRetention(sql: Sql, scope: Scope, now: Date, pace: Pace): Promise<Plan> {
  const plan = retentionPlan(scope.rule, now, defaultPer(scope.kind), scope.names);
  for await (const object of objects(sql, scope, pace)) plan.see(object);
  const verdicts = async function* () {
    for await (const object of objects(sql, scope, pace)) yield { object, verdict: plan.verdict(object) };
  };
  return { undecided: plan.undecided(), verdicts: verdicts() };
}

async function* objects(sql: Sql, scope: Scope, pace: Pace): AsyncGenerator<Planned> {
  const { columns, from, where } = scope.sql;
  const id = Prisma.raw(scope.kind === 'version' ? 'v.id' : 'c.id');
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const page = Prisma.sql`
      SELECT ${columns} FROM ${from} WHERE ${where} AND ${id} > ${after}::uuid ORDER BY ${id} LIMIT ${PAGE}`;
    const rows = await runSql<Row>(sql, page);
    for (const row of rows) {
      yield toPlanned(row);
      const rest = pace.breathe();
      if (rest) await rest;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}

const toPlanned = (row: Row): Planned => ({
  ...row,
  epoch: row.epoch === null ? null : Number(row.epoch),
  // NaN and the infinities are strings in JSON.
  values: row.values.map((value) => (typeof value === 'string' ? Number(value) : value)),
});
