import { type Protection, type Retained, type RetentionVerdict, retentionPlan } from '@modelbox/domain';
import type { Sql } from '../writes/sql.ts';
import type { Scope } from './scope.ts';

/** Objects read at once: what a plan holds in memory does not grow with how many there are. */
const PAGE = 5000;

/** An object that a rule ranges over. */
export interface Planned extends Retained {
  readonly name: string;
}

interface Row {
  id: string;
  name: string;
  createdAt: Date;
  epoch: string | number | bigint | null;
  group: string | null;
  protections: Protection[];
  values: (number | boolean | string | null)[];
}

/**
 * What a rule would do with each object that it ranges over, in order of id: read twice, once to see and once to tell. In a
 * transaction of one snapshot both see the same.
 */
export async function* planned(
  sql: Sql,
  scope: Scope,
  now: Date,
): AsyncGenerator<{ readonly object: Planned; readonly verdict: RetentionVerdict }> {
  const plan = retentionPlan(scope.rule, now, scope.kind === 'version' ? 'all' : 'experiment');
  for await (const object of objects(sql, scope)) plan.see(object);
  for await (const object of objects(sql, scope)) yield { object, verdict: plan.verdict(object) };
}

async function* objects(sql: Sql, scope: Scope): AsyncGenerator<Planned> {
  const { columns, from, where, values } = scope.sql;
  const t = scope.kind === 'version' ? 'v' : 'c';
  const text = `SELECT ${columns} FROM ${from} WHERE ${where} AND $3::timestamptz IS NOT NULL
    AND ${t}.id > $${values.length + 1}::uuid ORDER BY ${t}.id LIMIT ${PAGE}`;
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await sql<Row>(text, [...values, after]);
    for (const row of rows) yield toPlanned(row);
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

/** Why an object stays or goes, in plain English. */
export function retentionWords(
  name: string,
  { remove, keptBy, protectedBy }: RetentionVerdict,
  scope: Scope,
): string {
  if (remove) return `${name} goes: none of the ${scope.rule.keep.length} clauses keeps it.`;
  const clauses = keptBy.map((place) => clauseWords(scope, place));
  const reasons = [...clauses, ...protectedBy.map((each) => PROTECTION_WORDS[each])];
  return `${name} stays: ${reasons.join('; ')}.`;
}

const PROTECTION_WORDS: Readonly<Record<Protection, string>> = {
  alias: 'it holds an alias',
  previousHolder: 'a rollback of an alias would go back to it',
  hold: 'it is on hold',
  lineage: 'a version or an experiment was made from it',
  newestOfRunning: 'it is the newest checkpoint of an experiment that runs',
  pending: 'it is not ready',
  restored: 'somebody restored it since the policy was edited',
};

function clauseWords({ rule }: Scope, place: number): string {
  const clause = rule.keep[place];
  if (clause?.best !== undefined) {
    const on = clause.dataset === undefined ? '' : ` on ${clause.dataset}`;
    return `it is among the best ${clause.best} by ${clause.metric}${on}`;
  }
  if (clause?.latest !== undefined) return `it is among the latest ${clause.latest}`;
  if (clause?.everyEpoch !== undefined) return `every epoch that ${clause.everyEpoch} divides is kept`;
  if (clause?.youngerThan !== undefined) return `it is younger than ${clause.youngerThan}`;
  return `it meets the filter: ${clause?.filter}`;
}
