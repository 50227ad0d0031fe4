import { z } from 'zod';
import { facts } from './facts.ts';
import { cursor, limit, page } from './lists.ts';
import { LabelRule, labelTouches } from './policy-document.ts';
import { AliasName, Count, Name, NamespacePath, Timestamp, Uuid, VersionName } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';

export const RuleKind = z.enum(['label', 'promote', 'retain', 'stale']).meta({ id: 'RuleKind' });

export const Outcome = z
  .enum([
    'moved',
    'tagged',
    'proposed',
    'holds',
    'promoted',
    'removed',
    'kept',
    'skipped',
    'refused',
    'suspended',
    'no',
  ])
  .meta({
    id: 'Outcome',
    description:
      '`moved`, `tagged`, `proposed`, `promoted`, `removed`: the action was done. `holds`: the version ' +
      'has the alias or tag already. `no`: a clause fails. `kept`: clauses of `keep` name something that ' +
      'no object in scope has, so the rule keeps everything. `skipped`: the object became protected ' +
      'meanwhile. `refused`: the action was due, but failed. `suspended`: the action was due, but the ' +
      'author of the rule may no longer do it, or no admin has allowed the rule to move a protected ' +
      'alias.',
  });

export const ClauseVerdict = z
  .object({
    clause: z
      .string()
      .meta({ description: '`better`, `notWorse[0]`, `filter`, `files[0]`, `evaluated`, `minAge`, …' }),
    holds: z.boolean(),
    words: z.string().meta({ description: 'The verdict in plain English.' }),
    inputs: z.record(z.string(), z.unknown()).meta({ description: 'The facts behind the verdict.' }),
  })
  .meta({
    id: 'ClauseVerdict',
    description: 'The verdict of one clause of a rule.',
  });

export const Decision = z
  .object({
    id: z.string().meta({ description: 'The id. Later decisions have higher ids.' }),
    kind: RuleKind,
    rule: z.string().nullable().meta({ description: 'The name of the rule.' }),
    model: z
      .string()
      .nullable()
      .meta({ description: 'The model, `ai/vision/yolo`. Null for decisions of a namespace policy.' }),
    subject: z
      .object({ kind: z.enum(['version', 'checkpoint', 'model', 'namespace']), id: Uuid, name: z.string() })
      .meta({
        id: 'DecisionSubject',
        description:
          'The object of the decision. For `kept`, the model or namespace in the scope of the rule.',
      }),
    outcome: Outcome,
    words: z.string().meta({ description: 'The reason in plain English.' }),
    clauses: z.array(ClauseVerdict),
    inputs: z.record(z.string(), z.unknown()).meta({
      description: 'The facts behind the decision: metric values, the holder, the dataset digests.',
    }),
    cause: z.record(z.string(), z.unknown()).meta({ description: 'The trigger: a change, or the schedule.' }),
    policy: z
      .object({ kind: z.enum(['model', 'namespace']), id: Uuid, edit: Count })
      .nullable()
      .meta({ id: 'DecisionPolicy', description: 'The policy and its edit at the time of the decision.' }),
    at: Timestamp,
    repeats: Count.meta({
      description:
        'The number of times the rule repeated the decision with the same reasons, inputs and policy.',
    }),
    lastAt: Timestamp.meta({ description: 'The time of the last repetition, or `at` if there is none.' }),
  })
  .meta({ id: 'Decision', description: 'A decision of a rule, with its reasons.' });
export type Decision = z.infer<typeof Decision>;

const narrowed = {
  kind: RuleKind.optional(),
  rule: Name.optional().meta({ description: 'Decisions of the rule with this name.' }),
  outcome: Outcome.optional(),
};
const list = { 200: page('DecisionPage', Decision) } as const;
const tag = 'policies';

export const Explanation = z
  .object({
    alias: AliasName,
    rule: z
      .string()
      .nullable()
      .meta({ description: 'The rule that assigns the alias. Null if there is none.' }),
    version: VersionName,
    versionId: Uuid,
    holder: VersionName.nullable(),
    isHolder: z.boolean(),
    outcome: Outcome,
    answer: z.string().meta({
      description: 'The reason why the version holds or does not hold the alias, in plain English.',
    }),
    clauses: z.array(ClauseVerdict),
    inputs: z.record(z.string(), z.unknown()),
    lastDecision: Decision.nullable().meta({
      description: 'The last decision of the rule about this version.',
    }),
  })
  .meta({
    id: 'Explanation',
    description: 'The reasons why a version holds or does not hold an alias now.',
  });
export type Explanation = z.infer<typeof Explanation>;

export const BacktestRequest = z
  .strictObject({
    rule: LabelRule.optional().meta({ description: 'A draft of a rule. Set either `rule` or `name`.' }),
    name: Name.optional().meta({
      description: 'The name of a rule of the policy. Set either `rule` or `name`.',
    }),
  })
  .meta({ id: 'BacktestRequest' });

export const Champion = z
  .object({
    version: VersionName,
    versionId: Uuid,
    at: Timestamp.meta({ description: 'The time at which the version met the rule.' }),
    value: z.union([
      z.number().meta({ id: 'ChampionNumber' }),
      z.enum(['NaN', 'Infinity', '-Infinity']).meta({ id: 'ChampionSpecial' }),
    ]),
    by: z
      .number()
      .nullable()
      .meta({ description: 'The improvement over the previous champion. Null for the first.' }),
    before: VersionName.nullable(),
  })
  .meta({ id: 'Champion' });

export const Backtest = z
  .object({
    champions: z.array(Champion),
    versions: Count.meta({ description: 'The number of versions in the history.' }),
    facts: Count.meta({ description: 'The number of evaluated changes.' }),
    truncated: z.boolean().meta({ description: 'Whether the list of champions is incomplete.' }),
  })
  .meta({ id: 'Backtest', description: 'The versions that would have held the alias, in order of time.' });
export type Backtest = z.infer<typeof Backtest>;

export const decisionRoutes = [
  route({
    id: 'models.decisions.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/models/{model}/decisions',
    tag,
    summary: 'List the decisions about a model, newest first',
    params: z.strictObject({ model: REFS.model }),
    query: z.strictObject({
      version: REFS.version.optional().meta({ description: 'Decisions about this version.' }),
      ...narrowed,
      limit,
      cursor,
    }),
    answers: list,
    subject: 'model',
    touches: {
      model: { kind: 'model', at: 'params.model', permission: 'policy.read' },
      ...facts('model', 'params.model'),
      checkpoints: { kind: 'model', at: 'params.model', permission: 'checkpoint.read' },
      version: {
        kind: 'version',
        at: 'query.version',
        under: 'model',
        permission: 'version.read',
        deleted: true,
      },
    },
  }),
  route({
    id: 'versions.decisions.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/versions/{version}/decisions',
    tag,
    summary: 'List the decisions about a version, newest first',
    params: z.strictObject({ version: REFS.version }),
    query: z.strictObject({ ...narrowed, limit, cursor }),
    answers: list,
    subject: 'object',
    touches: {
      object: { kind: 'version', at: 'params.version', permission: 'policy.read', deleted: true },
      ...facts('version', 'params.version', true),
    },
  }),
  route({
    id: 'checkpoints.decisions.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/checkpoints/{checkpoint}/decisions',
    tag,
    summary: 'List the decisions about a checkpoint, newest first',
    params: z.strictObject({ checkpoint: REFS.checkpoint }),
    query: z.strictObject({ ...narrowed, limit, cursor }),
    answers: list,
    subject: 'object',
    touches: {
      object: { kind: 'checkpoint', at: 'params.checkpoint', permission: 'policy.read', deleted: true },
      checkpoints: {
        kind: 'checkpoint',
        at: 'params.checkpoint',
        permission: 'checkpoint.read',
        deleted: true,
      },
      measured: { kind: 'checkpoint', at: 'params.checkpoint', permission: 'metric.read', deleted: true },
    },
  }),
  route({
    id: 'namespaces.decisions.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/namespaces/{namespace}/decisions',
    tag,
    summary: 'List the retention decisions of a namespace about its checkpoints, newest first',
    params: z.strictObject({ namespace: NamespacePath }),
    query: z.strictObject({ ...narrowed, limit, cursor }),
    answers: list,
    subject: 'namespace',
    touches: {
      namespace: { kind: 'namespace', at: 'params.namespace', permission: 'policy.read' },
      checkpoints: { kind: 'namespace', at: 'params.namespace', permission: 'checkpoint.read' },
      measured: { kind: 'namespace', at: 'params.namespace', permission: 'metric.read' },
    },
  }),
  route({
    id: 'models.aliases.explain',
    method: 'GET',
    cost: 'variable',
    path: '/v1/models/{model}/aliases/{alias}/explain',
    tag,
    summary: 'Explain why a version holds or does not hold an alias',
    params: z.strictObject({ model: REFS.model, alias: AliasName }),
    query: z.strictObject({ version: REFS.version }),
    answers: { 200: Explanation },
    subject: 'model',
    touches: {
      model: { kind: 'model', at: 'params.model', permission: 'policy.read' },
      measured: { kind: 'model', at: 'params.model', permission: 'metric.read' },
      version: {
        kind: 'version',
        at: 'query.version',
        under: 'model',
        permission: 'version.read',
        deleted: true,
      },
    },
  }),
  route({
    id: 'models.policy.backtest',
    method: 'POST',
    cost: 'variable',
    path: '/v1/models/{model}/policy/backtest',
    tag,
    summary: 'Backtest a labelling rule over the history of a model',
    params: z.strictObject({ model: REFS.model }),
    body: BacktestRequest,
    safe: true,
    answers: { 200: Backtest },
    subject: 'model',
    touches: {
      model: { kind: 'model', at: 'params.model', permission: 'policy.read' },
      ...facts('model', 'params.model'),
      ...labelTouches('body.rule', 'model'),
    },
  }),
] as const;
