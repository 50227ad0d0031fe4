import { type ProtectedAlias, prepared } from '@modelbox/db';
import type { AliasProtection } from '@modelbox/schema';
import type { Context } from '../../protocol/context.ts';
import { etagOf } from '../../protocol/http/preconditions.ts';
import type { Readout } from '../../protocol/kinds.ts';
import type { Located } from '../../protocol/located.ts';

export interface ProtectionRow {
  id: string;
  alias: string;
  by: AliasProtection['by'];
  role: AliasProtection['role'];
  principals: string[];
  reason: string | null;
  namespace: string;
  model: string | null;
  createdBy: string;
  createdAt: Date;
  edit: number;
  approvals: number;
  evaluatorRole: AliasProtection['role'];
  evaluators: string[];
}

export const COLUMNS = `p.id, p.alias, p.movable_by AS by, p.role, p.principals, p.reason, n.path AS namespace,
  m.name AS model,
  p.created_by AS "createdBy", p.created_at AS "createdAt", p.edit, p.approvals,
  p.evaluator_role AS "evaluatorRole", p.evaluators`;
export const FROM = `protected_aliases p LEFT JOIN models m ON m.id = p.model_id
  JOIN namespaces n ON n.id = coalesce(p.namespace_id, m.namespace_id)`;

/**
 * Builds the condition for protections on a model, its namespace and those above. Arguments are placeholders of id and
 * path.
 */
export const countFor = (model: string, path: string): string =>
  `(p.model_id = ${model} OR (p.namespace_id IS NOT NULL AND n.path = ANY (paths_above(${path}))))`;

export const toProtection = (
  { id: _, createdAt, approvals, evaluatorRole, evaluators, ...row }: ProtectionRow,
  inherited: boolean,
): AliasProtection => ({
  ...row,
  approvals: row.by === 'proposal' ? approvals : null,
  evaluations: row.by === 'rule' ? { role: evaluatorRole, principals: evaluators } : null,
  inherited,
  createdAt: createdAt.toISOString(),
});

const byIds = prepared<[ids: string[]], ProtectionRow>(
  'protected_aliases_by_ids',
  `SELECT ${COLUMNS} FROM ${FROM} WHERE p.id = ANY ($1::uuid[])`,
);

export async function readProtections({ db }: Context, ids: string[]): Promise<Readout<AliasProtection>[]> {
  const rows = await byIds(db.requests, ids);
  return rows.map((row) => ({
    id: row.id,
    body: toProtection(row, false),
    etag: etagOf(row.edit),
    crossNamespace: undefined,
  }));
}

export const ownerOf = ({ kind, id }: Pick<Located, 'kind' | 'id'>) =>
  kind === 'model' ? { modelId: id } : { namespaceId: id };

export const stateOf = (
  row: Pick<
    ProtectedAlias,
    'alias' | 'movableBy' | 'role' | 'principals' | 'approvals' | 'evaluatorRole' | 'evaluators' | 'reason'
  >,
) => ({
  alias: row.alias,
  by: row.movableBy,
  role: row.role,
  principals: row.principals,
  approvals: row.approvals,
  evaluations: { role: row.evaluatorRole, principals: row.evaluators },
  reason: row.reason,
});
