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

/** A model and its rules, as one transaction sees them. */
export interface ReadSession {
  readonly sql: Sql;
  /** The service itself, as the one who acts. */
  readonly ctx: RequestContext;
  readonly model: {
    readonly id: string;
    readonly name: string;
    readonly namespace: string;
    readonly namespaceId: string;
  };
  readonly policy: EffectiveHere;
  readonly suspended: Suspensions;
  /** By alias what protections demand of the rules that move it. */
  readonly protectedRules: ReadonlyMap<string, ProtectedRule>;
  /** The id of a dataset by its name in the policy; undefined for none, or one that is not there. */
  datasetId(name: string | undefined): string | null | undefined;
}

/** One transaction in which the decisions of a model are taken, one at a time over all servers. */
export interface Session extends ReadSession {
  readonly tx: Tx;
  /** Stores decisions; gives their ids. */
  store(decisions: readonly NewDecision[]): Promise<string[]>;
  /** What was stored so far: told to whoever counts when it is committed. */
  readonly stored: Pick<NewDecision, 'kind' | 'outcome'>[];
  /** What led to the decisions that are taken now. */
  readonly cause: object;
}

/** Who acts where a rule does. */
export const policyActor = { name: 'modelbox', grants: 'all' } as const;

/** A context for what the service does by itself. */
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
  };
};

/** Undefined if the model is deleted or gone. */
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
 * Undefined if the model is deleted or gone.
 * @param draft of the model's own policy, in the place of what stands there.
 */
export async function openReadSession(
  sql: Sql,
  ctx: Context,
  modelId: string,
  draft?: PolicyDocument,
): Promise<ReadSession | undefined> {
  const [model] = await sql<Session['model']>(
    `SELECT m.id, m.name, n.path AS namespace, n.id AS "namespaceId" FROM models m JOIN namespaces n ON n.id = m.namespace_id
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

/** Rules that a protection keeps from moving their alias propose it, so that what they find is not lost. */
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

/** Returns the demands of protections on a rule; undefined if its alias is not protected by `rule`. */
export const protectedRuleOf = (
  { protectedRules }: ReadSession,
  { alias }: LabelRule,
): ProtectedRule | undefined => (alias === undefined ? undefined : protectedRules.get(alias));

/** The trust of the protections of a rule's alias. Empty: the rule uses all values, as it does on an open server. */
export const trustOf = (session: ReadSession, rule: LabelRule): readonly Trust[] =>
  session.ctx.settings.auth === 'open' ? [] : (protectedRuleOf(session, rule)?.trust ?? []);

/** The datasets on which a rule demands evaluations: those of the policy, and those that an admin has seen with the rule. */
export const evaluateOf = (session: ReadSession, rule: LabelRule): string[] => [
  ...new Set([
    ...(session.policy.document.evaluate ?? []).map(({ dataset }) => dataset),
    ...(protectedRuleOf(session, rule)?.evaluate ?? []),
  ]),
];

/** A rule's filter, parsed; null where it has none. */
export const filterOf = (text: string | undefined): Filter | null =>
  text === undefined ? null : parseFilter(text, versionSchema);
