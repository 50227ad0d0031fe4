import { type ProtectedAlias, type Sql, sqlOf, sqlOn, type Tx } from '@modelbox/db';
import type { PolicyOwner } from '@modelbox/domain';
import type { RuleConsent } from '@modelbox/schema';
import { LIMIT_DEFAULT } from '@modelbox/schema';
import { cursorAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Answered, Receipt } from '../../protocol/verb.ts';
import { lockOwnProtection } from './demand.ts';
import { notProtected } from './get.ts';
import { stateOf } from './rows.ts';
import { standingRules } from './rule-texts.ts';
import { consentWords } from './words.ts';

/** Most rules per page: each one is read with the policies above it. */
const PAGE = 100;

/** An owner of a policy, the owner of the protection, and the consent if an admin gave one. */
type RuleRow = PolicyOwner & { namespace: string; model: string | null } & (
    | Given
    | Record<keyof Given, null>
  );

interface Given {
  rule: string;
  digest: string;
  givenBy: string;
  givenAt: Date;
}

/**
 * Selects policies of the protected owner, and of all owners above and below it, with a rule for the alias or a
 * consent. `$1` is the protection, `$2` the alias, `$3` the model or null, `$4` the path.
 */
const CONCERNED = `
  SELECT o.*, c.rule, c.digest, c.given_by AS "givenBy", c.given_at AS "givenAt", p.namespace, p.model
  FROM (SELECT p.owner_kind AS kind, p.owner_id AS id, p.document, n.path,
               CASE WHEN p.owner_kind = 'model' THEN n.path || '/' || m.name ELSE n.path END AS name
        FROM policies p LEFT JOIN models m ON p.owner_kind = 'model' AND m.id = p.owner_id AND m.deleted_at IS NULL
        JOIN namespaces n ON n.id = coalesce(m.namespace_id, p.owner_id)) AS o
  CROSS JOIN (SELECT n.path AS namespace, m.name AS model FROM protected_aliases a
    LEFT JOIN models m ON m.id = a.model_id
              JOIN namespaces n ON n.id = coalesce(a.namespace_id, m.namespace_id) WHERE a.id = $1::uuid) AS p
  LEFT JOIN rule_consents c ON c.protection_id = $1::uuid AND c.owner_id = o.id
  WHERE (o.kind = 'namespace' AND o.path = ANY (paths_above($4)) OR o.id = $3::uuid
         OR $3::uuid IS NULL AND is_at_or_below(o.path, $4))
    AND (c.digest IS NOT NULL OR EXISTS (
      SELECT 1
      FROM jsonb_array_elements(CASE WHEN jsonb_typeof(o.document->'label') = 'array' THEN o.document->'label' END) AS r
      WHERE r->>'alias' = $2 AND coalesce(r->>'mode', 'auto') <> 'propose'))`;

interface ProtectionRow {
  id: string;
  movableBy: string;
}

const paramsOf = (protection: ProtectionRow, object: Located, alias: string) => [
  protection.id,
  alias,
  object.kind === 'model' ? object.id : null,
  object.namespace,
];

const PROTECTION = `
  SELECT id, movable_by AS "movableBy" FROM protected_aliases
  WHERE (model_id = $1::uuid OR namespace_id = $1::uuid) AND alias = $2`;

/** Sorts by name and kind, because a model and a namespace can have the same name. No name has a control character. */
const POSITION = `concat(r.name, chr(1), r.kind) COLLATE "C"`;
const positionOf = ({ name, kind }: RuleRow): string => `${name}\u0001${kind}`;

const RULES = sizedSql(
  `SELECT * FROM (${CONCERNED}) AS r WHERE ${POSITION} > $5 ORDER BY ${POSITION} LIMIT $6`,
  '$7',
  '$8',
);

export async function listRules(
  ctx: RequestContext,
  object: Located,
  alias: string,
  query: { limit?: number | undefined; cursor?: string | undefined },
): Promise<Answered> {
  const sql = sqlOn(ctx.db.requests);
  const [protection] = await sql<ProtectionRow>(PROTECTION, [object.id, alias]);
  if (protection === undefined) throw notProtected(object, alias);
  if (protection.movableBy !== 'rule') return { status: 200, body: { items: [], nextCursor: null } };
  const page = await pageOf(ctx, {
    limit: Math.min(query.limit ?? LIMIT_DEFAULT, PAGE),
    after: cursorAfter(query.cursor, 'string'),
    read: (after, count, { bytes, isEmpty }) =>
      sql<RuleRow & SizedRow>(RULES, [
        ...paramsOf(protection, object, alias),
        after ?? '',
        count,
        bytes,
        isEmpty,
      ]),
    toItem: (row: RuleRow) => row,
    cursorOf: positionOf,
  });
  const items: RuleConsent[] = [];
  for (const row of page.items) items.push(await consentOf(sql, row, alias));
  return { status: 200, body: { ...page, items } };
}

async function consentOf(sql: Sql, row: RuleRow, alias: string): Promise<RuleConsent> {
  const { kind, id, name } = row;
  const standing = (await standingRules(sql, row)).get(alias);
  const allowed =
    row.digest === null
      ? null
      : { rule: row.rule, digest: row.digest, by: row.givenBy, at: row.givenAt.toISOString() };
  const base = {
    policy: { kind, id, name },
    rule: (standing?.rule ?? null) as RuleConsent['rule'],
    evaluate: [...(standing?.evaluate ?? [])],
    digest: standing?.digest ?? null,
    allowed,
  };
  if (standing === undefined)
    return { ...base, state: 'gone', words: `the policy of ${name} no longer has a rule for ${alias}` };
  if (allowed?.digest === standing.digest)
    return { ...base, state: 'allowed', words: `${allowed.by} allowed the rule on ${allowed.at}` };
  const words = consentWords({ ...row, alias }, name, standing.rule.name);
  return { ...base, state: allowed === null ? 'waits' : 'changed', words };
}

/**
 * Allows a rule to move a protected alias until its text changes. The digest identifies the text that the caller saw.
 */
export const allowRule = (
  ctx: RequestContext,
  object: Located,
  { alias, policy }: { alias: string; policy: string },
  digest: string,
): Promise<Receipt> =>
  write(ctx, async (tx): Promise<Receipt> => {
    const protection = await lockOwnProtection(tx, ctx, object, alias);
    if (protection.movableBy !== 'rule')
      throw new HttpProblem(
        'conflict',
        `The protection of the alias "${alias}" has \`by: ${protection.movableBy}\`. Set \`by: rule\` first; then a ` +
          'rule can be allowed.',
      );
    const sql = sqlOf(tx);
    const [row] = await sql<RuleRow>(`SELECT * FROM (${CONCERNED}) AS r WHERE r.id = $5::uuid`, [
      ...paramsOf(protection, object, alias),
      policy,
    ]);
    const standing = row && (await standingRules(sql, row)).get(alias);
    if (row === undefined || standing === undefined)
      throw new HttpProblem(
        'not_found',
        `The policy of ${policy} has no labelling rule that moves ${alias} by itself here. GET …/rules lists the ` +
          'rules that do.',
      );
    if (standing.digest !== digest)
      throw new HttpProblem(
        'stale',
        `The rule ${standing.rule.name} of ${row.name} has changed and no longer has this digest. Read the rule ` +
          'again with GET …/rules, then allow it with its new digest.',
      );
    const receipt: Receipt = { status: 200, object: { kind: 'alias_protection', id: protection.id } };
    if (row.digest === digest) return receipt;
    const given = { rule: standing.rule.name, digest, givenBy: ctx.actor.name, givenAt: ctx.now() };
    const key = { protectionId: protection.id, ownerId: policy };
    await tx.ruleConsent.upsert({
      where: { protectionId_ownerId: key },
      create: { ...key, ...given },
      update: given,
    });
    await tell(tx, ctx, object, protection, 'rule_allowed', {
      policy: { kind: row.kind, id: row.id, name: row.name },
      rule: standing.rule,
      evaluate: standing.evaluate,
      digest,
    });
    return receipt;
  });

export const withdrawRule = (
  ctx: RequestContext,
  object: Located,
  { alias, policy }: { alias: string; policy: string },
): Promise<Receipt> =>
  write(ctx, async (tx): Promise<Receipt> => {
    const protection = await lockOwnProtection(tx, ctx, object, alias);
    const where = { protectionId_ownerId: { protectionId: protection.id, ownerId: policy } };
    const given = await tx.ruleConsent.findUnique({ where });
    if (given === null)
      throw new HttpProblem(
        'not_found',
        `No rule of the policy of ${policy} is allowed to move ${alias} here, so there is nothing to withdraw.`,
      );
    await tx.ruleConsent.delete({ where });
    const { rule, digest } = given;
    await tell(tx, ctx, object, protection, 'rule_withdrawn', { policy: { id: policy }, rule, digest });
    return { status: 204, object: null };
  });

async function tell(
  tx: Tx,
  ctx: RequestContext,
  object: Located,
  protection: ProtectedAlias,
  action: 'rule_allowed' | 'rule_withdrawn',
  detail: object,
): Promise<void> {
  await tx.protectedAlias.update({ where: { id: protection.id }, data: { edit: { increment: 1 } } });
  await recordChange(tx, ctx, {
    kind: 'alias_protection',
    id: protection.id,
    namespace: object.namespace,
    action,
    after: stateOf(protection),
    detail: { on: object.kind, onId: object.id, ...detail },
  });
}
