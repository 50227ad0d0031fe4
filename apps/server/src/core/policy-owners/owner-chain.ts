import type { Sql } from '@modelbox/db';
import {
  type EffectivePolicy,
  effectivePolicy,
  POLICY_SECTIONS,
  type PolicyDocument,
  type PolicyOwner,
  type PolicySection,
  type StandingPolicy,
} from '@modelbox/domain';
import type { Author } from '../../access/author.ts';

interface ChainRow {
  namespace: string;
  kind: PolicyOwner['kind'] | null;
  id: string;
  name: string;
  edit: number;
  document: PolicyDocument;
  authors: Authors;
  standsIn: string;
}

/**
 * The policies of a model and of the namespaces above it, or of a namespace and those above it, the nearest first. One
 * row without a policy if there is none.
 */
const CHAIN = `
  SELECT o.path AS namespace, p.owner_kind AS kind, p.owner_id AS id, p.edit, p.document, p.authors,
         coalesce(n.path, o.path) AS "standsIn",
         CASE WHEN p.owner_kind = 'model' THEN o.path || '/' || o.model ELSE n.path END AS name
  FROM (SELECT n.path, m.id AS model_id, m.name AS model FROM models m JOIN namespaces n ON n.id = m.namespace_id
        WHERE $1::text = 'model' AND m.id = $2::uuid
        UNION ALL
        SELECT n.path, NULL, NULL FROM namespaces n WHERE $1 = 'namespace' AND n.id = $2::uuid) AS o
  LEFT JOIN (policies p LEFT JOIN namespaces n ON p.owner_kind = 'namespace' AND n.id = p.owner_id)
    ON p.owner_id = o.model_id OR is_at_or_below(o.path, n.path)
  ORDER BY p.owner_kind = 'model' DESC, length(n.path) DESC`;

/** The author of each section, whose rights limit its rules. No rights limit a section without an author. */
export type Authors = Readonly<Partial<Record<PolicySection, Author>>>;

/** The policy in force, and the namespace that bare dataset names refer to. */
export interface EffectiveHere extends EffectivePolicy {
  readonly namespace: string;
  /** A draft has none. */
  readonly authors: Authors;
}

/**
 * Returns the policy in force for a model or namespace.
 * @param draft replaces the own policy of the owner.
 */
export async function effectiveOf(
  sql: Sql,
  owner: PolicyOwner,
  draft?: PolicyDocument,
): Promise<EffectiveHere> {
  const rows = await sql<ChainRow>(CHAIN, [owner.kind, owner.id]);
  const namespace = rows[0]?.namespace ?? '';
  let chain: StandingPolicy[] = rows.flatMap(({ kind, id, name, edit, document, standsIn }) =>
    kind === null ? [] : [{ owner: { kind, id, name, edit }, namespace: standsIn, document }],
  );
  if (draft !== undefined) {
    const edit = chain.find((standing) => standing.owner.id === owner.id)?.owner.edit ?? 0;
    const { kind, id, name } = owner;
    chain = [
      { owner: { kind, id, name, edit }, namespace, document: draft },
      ...chain.filter((standing) => standing.owner.id !== owner.id),
    ];
  }
  const effective = effectivePolicy(chain, namespace);
  const authors: Partial<Record<PolicySection, Author>> = {};
  for (const section of POLICY_SECTIONS) {
    const source = effective.sources[section];
    if (source === undefined || (draft !== undefined && source.id === owner.id)) continue;
    const author = rows.find(({ id }) => id === source.id)?.authors[section];
    if (author !== undefined) authors[section] = author;
  }
  return { ...effective, namespace, authors };
}
