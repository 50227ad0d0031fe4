import type { AuditEntry, AuditOutcome, ObjectKind } from '@modelbox/schema';

export interface Wanted {
  readonly namespace?: string | undefined;
  readonly actor?: string | undefined;
  readonly token?: string | undefined;
  readonly address?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  readonly action?: string | undefined;
  readonly route?: string | undefined;
  readonly objectKind?: ObjectKind | undefined;
  readonly object?: string | undefined;
  readonly requestId?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** The position of an entry in time: milliseconds since 1970, and its id. */
export type Key = readonly [at: number, id: number];

export interface EntryRow {
  readonly id: number;
  readonly at: Date;
  readonly outcome: AuditOutcome;
  readonly actor: string | null;
  readonly tokenId: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
  readonly action: string | null;
  readonly method: string | null;
  readonly route: string | null;
  readonly status: number | null;
  readonly permission: string | null;
  readonly objectKind: string | null;
  readonly objectId: string | null;
  readonly name: string | null;
  readonly namespace: string | null;
  readonly fields: string[] | null;
  readonly detail: string | null;
  readonly repeats: number;
  readonly lastAt: Date | null;
}

/**
 * Changes are read in two parts: those with a `seq`, which have an index by time, and the few without one.
 */
export const SOURCES = [
  { table: 'changes', where: 't.seq IS NOT NULL' },
  { table: 'changes', where: 't.seq IS NULL' },
  { table: 'audit_events', where: 'true' },
] as const;

const COMMON = `t.id, t.at, t.actor, t.token_id AS "tokenId", t.address, t.request_id AS "requestId",
  t.object_kind AS "objectKind", t.object_id AS "objectId", t.namespace`;

const COLUMNS = {
  // States can be large, so Postgres extracts only the name and the changed fields.
  changes: `${COMMON}, 'written' AS outcome, t.action, NULL AS method, NULL AS route, NULL::int AS status,
    NULL AS permission,
    coalesce(t.detail->>'path', s.state->>'alias', s.state->>'version', s.state->>'name', s.state->>'path',
             s.state->>'principal', t.detail->>'name') AS name,
    CASE WHEN jsonb_typeof(t.before) = 'object' AND jsonb_typeof(t.after) = 'object' THEN
      ARRAY(SELECT k FROM jsonb_object_keys(t.before || t.after) AS k
            WHERE t.before->k IS DISTINCT FROM t.after->k ORDER BY k COLLATE "C") END AS fields,
    NULL AS detail, 1 AS repeats, NULL::timestamptz AS "lastAt"`,
  audit_events: `${COMMON}, t.outcome, NULL AS action, t.method, t.route, t.status, t.permission, t.name,
    NULL::text[] AS fields, t.detail, t.repeats, t.last_at AS "lastAt"`,
};
const BESIDE = { changes: ', LATERAL (SELECT coalesce(t.after, t.before) AS state) AS s', audit_events: '' };

interface Range {
  readonly where: (table: keyof typeof COLUMNS) => string;
  readonly order: 'ASC' | 'DESC';
  readonly limit?: string;
}

export function entriesOf({ where, order, limit }: Range): string {
  const few = limit === undefined ? '' : `LIMIT ${limit}`;
  const parts = SOURCES.map(
    // The columns are computed only for rows within the limit.
    ({ table, where: own }) => `(SELECT ${COLUMNS[table]} FROM (
      SELECT * FROM ${table} t WHERE ${own} AND ${where(table)}
      ORDER BY t.at ${order}, t.id ${order} ${few}) AS t${BESIDE[table]})`,
  );
  return `SELECT * FROM (${parts.join(' UNION ALL ')}) AS entry ORDER BY at ${order}, id ${order} ${few}`;
}

/** Builds the condition on `t` for a table. `param` adds a value and returns its placeholder. */
export function conditions(wanted: Wanted, param: (value: unknown) => string): Range['where'] {
  const both: string[] = [];
  const add = (value: unknown, condition: (place: string) => string) =>
    void (value !== undefined && both.push(condition(param(value))));
  add(wanted.namespace, (p) => `is_at_or_below(t.namespace, ${p})`);
  add(wanted.actor, (p) => `t.actor = ${p}`);
  add(wanted.token, (p) => `t.token_id = ${p}::uuid`);
  add(wanted.address, (p) => `t.address = ${p}`);
  add(wanted.objectKind, (p) => `t.object_kind = ${p}`);
  add(wanted.object, (p) => `t.object_id = ${p}::uuid`);
  add(wanted.requestId, (p) => `t.request_id = ${p}`);
  add(wanted.since, (p) => `t.at >= ${p}::timestamptz`);
  add(wanted.until, (p) => `t.at < ${p}::timestamptz`);
  const { outcome, action, route } = wanted;
  const written = route !== undefined || (outcome !== undefined && outcome !== 'written') ? ['false'] : [];
  if (action !== undefined) written.push(`t.action = ${param(action)}`);
  const events = action !== undefined || outcome === 'written' ? ['false'] : [];
  if (outcome !== undefined && outcome !== 'written') events.push(`t.outcome = ${param(outcome)}`);
  if (route !== undefined) events.push(`t.route = ${param(route)}`);
  return (table) => [...both, ...(table === 'changes' ? written : events)].join(' AND ') || 'true';
}

export const toEntry = (row: EntryRow): AuditEntry => ({
  id: String(row.id),
  at: row.at.toISOString(),
  outcome: row.outcome,
  actor: row.actor,
  tokenId: row.tokenId,
  address: row.address,
  requestId: row.requestId,
  action: row.action,
  method: row.method,
  route: row.route,
  status: row.status,
  permission: row.permission,
  object: row.objectKind === null ? null : { kind: row.objectKind, id: row.objectId, name: row.name },
  namespace: row.namespace || null,
  fields: row.fields,
  detail: row.detail,
  repeats: row.repeats,
  lastAt: row.lastAt?.toISOString() ?? null,
});
