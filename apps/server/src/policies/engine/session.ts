import { type Sql, sqlOf, type Tx } from '@modelbox/db';
import { type Filter, type LabelRule, type PolicyDocument, parseFilter } from '@modelbox/domain';
import { createPace } from '../../core/pace.ts';
import { type EffectiveHere, effectiveOf } from '../../core/policy-owners/owner-chain.ts';
import type { Context, RequestContext } from '../../protocol/context.ts';
import { aliasesKeptFromRules } from '../../resources/protected-aliases/demand.ts';
import {
  type ProtectedRule,
  protectedRulesOf,
  type Trust,
} from '../../resources/protected-aliases/protected-rules.ts';
import { versionSchema } from '../../resources/versions/filter-schema.ts';
import { knownDatasets } from '../owners/known-datasets.ts';
import { type Suspensions, suspensionsOf } from '../owners/suspensions.ts';
import { type NewDecision, storeDecisions } from './decisions.ts';

export interface ReadSession {
  readonly sql: Sql;
  /** The context of the server itself. */
  readonly ctx: RequestContext;
  readonly model: {
    readonly id: string;
    readonly name: string;
    readonly namespace: string;
    readonly namespaceId: string;
  };
  readonly policy: EffectiveHere;
  readonly suspended: Suspensions;
  /** The demands of protections on the rules, by alias. */
  readonly protectedRules: ReadonlyMap<string, ProtectedRule>;
  /** Returns the id of a dataset of the policy: null without a name, undefined if the dataset does not exist. */
  datasetId(name: string | undefined): string | null | undefined;
}

/** A transaction that makes decisions for a model. Over all servers, a model has one at a time. */
export interface Session extends ReadSession {
  readonly tx: Tx;
  store(decisions: readonly NewDecision[]): Promise<string[]>;
  /** The stored decisions, for the metrics after the commit. */
  readonly stored: Pick<NewDecision, 'kind' | 'outcome'>[];
  readonly cause: object;
}

export const policyActor = { name: 'modelbox', grants: 'all' } as const;

export const ownContext = (ctx: Context): RequestContext => {
  const now = ctx.now();
  return {
    ...ctx,
    now: () => now,
    actor: policyActor,
    requestId: 'policy',
    address: '',
    method: '',
    reservePage: () => ctx.settings.pageBytes,
    about: [],
    pace: createPace(),
    reserve: () => {},
    signal: new AbortController().signal,
    demandStillAllowed: async () => {},
  };
};

/** Opens a session. Undefined if the model is deleted or gone. */
export async function openSession(tx: Tx, ctx: Context, modelId: string): Promise<Session | undefined> {
  const session = await openReadSession(sqlOf(tx), ctx, modelId);
  if (session === undefined) return undefined;
  const stored: Session['stored'] = [];
  return {
    ...session,
    tx,
    stored,
    store: (decisions) => {
      stored.push(...decisions);
      return storeDecisions(session.sql, decisions);
    },
    cause: {},
  };
}

/**
 * Opens a session without writes. Undefined if the model is deleted or gone.
 * @param draft replaces the model's own policy.
 */
export async function openReadSession(
  sql: Sql,
  ctx: Context,
  modelId: string,
  draft?: PolicyDocument,
): Promise<ReadSession | undefined> {
  const [model] = await sql<Session['model']>(
    `SELECT m.id, m.name, n.path AS namespace, n.id AS "namespaceId" FROM models m
     JOIN namespaces n ON n.id = m.namespace_id
     WHERE m.id = $1::uuid AND m.deleted_at IS NULL`,
    [modelId],
  );
  if (model === undefined) return undefined;
  const owner = { kind: 'model', id: model.id, name: `${model.namespace}/${model.name}` } as const;
  const policy = await heedProtections(sql, model, await effectiveOf(sql, owner, draft));
  const protectedRules = await protectedRulesOf(sql, { ...owner, namespace: model.namespace }, policy, draft);
  const { label = [], evaluate = [], promote = [] } = policy.document;
  const names = [
    ...evaluate,
    ...label,
    ...label.flatMap(({ notWorse = [] }) => notWorse),
    ...promote,
  ].flatMap(({ dataset }) => dataset ?? []);
  names.push(...[...protectedRules.values()].flatMap((rule) => rule.evaluate));
  const known = await knownDatasets(sql, model.namespace, names);
  return {
    sql,
    ctx: ownContext(ctx),
    model,
    policy,
    protectedRules,
    suspended: await suspensionsOf(ctx, sql, policy, ['label', 'promote']),
    datasetId: (name) => (name === undefined ? null : known.get(name)?.id),
  };
}

/**
 * Switches rules to mode `propose` if a protection keeps them from moving their alias, so that results are not lost.
 */
async function heedProtections(
  sql: Sql,
  model: Session['model'],
  policy: EffectiveHere,
): Promise<EffectiveHere> {
  const { label = [] } = policy.document;
  const aliases = label.flatMap(({ alias, mode }) => (alias && mode !== 'propose' ? [alias] : []));
  if (aliases.length === 0) return policy;
  const kept = await aliasesKeptFromRules(sql, model, aliases);
  if (kept.size === 0) return policy;
  const heeded = label.map((rule) =>
    rule.alias !== undefined && kept.has(rule.alias) ? { ...rule, mode: 'propose' as const } : rule,
  );
  return { ...policy, document: { ...policy.document, label: heeded } };
}

/** Returns the demands of protections on a rule. Undefined if its alias is not protected by `rule`. */
export const protectedRuleOf = (
  { protectedRules }: ReadSession,
  { alias }: LabelRule,
): ProtectedRule | undefined => (alias === undefined ? undefined : protectedRules.get(alias));

/**
 * Returns the authors that the protections of the alias trust. Empty: the rule uses all values, as on an open server.
 */
export const trustOf = (session: ReadSession, rule: LabelRule): readonly Trust[] =>
  session.ctx.settings.auth === 'open' ? [] : (protectedRuleOf(session, rule)?.trust ?? []);

/**
 * Returns the datasets on which a rule requires evaluations: those of the policy, and those that an admin allowed with
 * it.
 */
export const evaluateOf = (session: ReadSession, rule: LabelRule): string[] => [
  ...new Set([
    ...(session.policy.document.evaluate ?? []).map(({ dataset }) => dataset),
    ...(protectedRuleOf(session, rule)?.evaluate ?? []),
  ]),
];

export const filterOf = (text: string | undefined): Filter | null =>
  text === undefined ? null : parseFilter(text, versionSchema);
