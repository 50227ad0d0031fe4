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
      '`moved`, `tagged`, `proposed`, `promoted`, `removed`: that was done. `holds`: it has it already. `no`: a clause does ' +
      'not hold. `kept`: clauses of `keep` ask for something that no object has, and keep everything. `skipped`: it became ' +
      'protected meanwhile. `refused`: it would have been done, and could not. `suspended`: it would have been done, but the ' +
      'author of the rule may no longer do it, or no admin has allowed the rule to move a protected alias.',
  });

export const ClauseVerdict = z
  .object({
    clause: z
      .string()
      .meta({ description: '`better`, `notWorse[0]`, `filter`, `files[0]`, `evaluated`, `minAge`, …' }),
    holds: z.boolean(),
    words: z.string().meta({ description: 'In plain English.' }),
    inputs: z.record(z.string(), z.unknown()).meta({ description: 'What it was decided by.' }),
  })
  .meta({
    id: 'ClauseVerdict',
    description: 'What one clause of a rule says.',
  });

export const Decision = z
  .object({
    id: z.string().meta({ description: 'Rises with time.' }),
    kind: RuleKind,
    rule: z.string().nullable().meta({ description: 'The name of the rule.' }),
    model: z
      .string()
      .nullable()
      .meta({ description: '`ai/vision/yolo`; null for what a namespace decides.' }),
    subject: z
      .object({ kind: z.enum(['version', 'checkpoint', 'model', 'namespace']), id: Uuid, name: z.string() })
      .meta({
        id: 'DecisionSubject',
        description:
          'What was decided about; of `kept` the model or namespace whose objects the rule ranges over.',
      }),
    outcome: Outcome,
    words: z.string().meta({ description: 'Why, in plain English.' }),
    clauses: z.array(ClauseVerdict),
    inputs: z.record(z.string(), z.unknown()).meta({
      description: 'What it was decided by: the values, the holder, the digests of the datasets.',
    }),
    cause: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The change that led to it, or the schedule.' }),
    policy: z
      .object({ kind: z.enum(['model', 'namespace']), id: Uuid, edit: Count })
      .nullable()
      .meta({ id: 'DecisionPolicy', description: 'Under which edit of which policy.' }),
    at: Timestamp,
    repeats: Count.meta({
      description:
        'How often the rule came to the same decision again, by the same reasons, inputs and policy.',
    }),
    lastAt: Timestamp.meta({ description: 'When it last did; `at` if it never did.' }),
  })
  .meta({ id: 'Decision', description: 'What a rule decided, and why.' });
export type Decision = z.infer<typeof Decision>;

const narrowed = {
  kind: RuleKind.optional(),
  rule: Name.optional().meta({ description: 'The name of a rule.' }),
  outcome: Outcome.optional(),
};
const list = { 200: page('DecisionPage', Decision) } as const;
const tag = 'policies';

export const Explanation = z
  .object({
    alias: AliasName,
    rule: z.string().nullable().meta({ description: 'The rule that gives the alias; null where none does.' }),
    version: VersionName,
    versionId: Uuid,
    holder: VersionName.nullable(),
    isHolder: z.boolean(),
    outcome: Outcome,
    answer: z.string().meta({ description: 'Why it is the holder, or is not, in plain English.' }),
    clauses: z.array(ClauseVerdict),
    inputs: z.record(z.string(), z.unknown()),
    lastDecision: Decision.nullable().meta({
      description: 'The last one taken by the rule about this version.',
    }),
  })
  .meta({
    id: 'Explanation',
    description: 'Why a version is, or is not, the holder of an alias: as of now.',
  });
export type Explanation = z.infer<typeof Explanation>;

export const BacktestRequest = z
  .strictObject({
    rule: LabelRule.optional().meta({ description: 'A rule to try.' }),
    name: Name.optional().meta({ description: 'Or the name of one that the policy has.' }),
  })
  .meta({ id: 'BacktestRequest' });

export const Champion = z
  .object({
    version: VersionName,
    versionId: Uuid,
    at: Timestamp.meta({ description: 'When the facts were there.' }),
    value: z.union([
      z.number().meta({ id: 'ChampionNumber' }),
      z.enum(['NaN', 'Infinity', '-Infinity']).meta({ id: 'ChampionSpecial' }),
    ]),
    by: z
      .number()
      .nullable()
      .meta({ description: 'How much better than the one before; null for the first.' }),
    before: VersionName.nullable(),
  })
  .meta({ id: 'Champion' });

export const Backtest = z
  .object({
    champions: z.array(Champion),
    versions: Count.meta({ description: 'How many versions the history has.' }),
    facts: Count.meta({ description: 'How many changes of them were looked at.' }),
    truncated: z.boolean().meta({ description: 'Whether there were more champions than are shown.' }),
  })
  .meta({ id: 'Backtest', description: 'Who would have been the holder, in order of time.' });
export type Backtest = z.infer<typeof Backtest>;

export const decisionRoutes = [
  route({
    id: 'models.decisions.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/models/{model}/decisions',
    tag,
    summary: 'List what the rules decided about a model, newest first',
    params: z.strictObject({ model: REFS.model }),
    query: z.strictObject({
      version: REFS.version.optional().meta({ description: 'About one version.' }),
      ...narrowed,
      limit,
      cursor,
    }),
    answers: list,
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
    summary: 'List what the rules decided about a version, newest first',
    params: z.strictObject({ version: REFS.version }),
    query: z.strictObject({ ...narrowed, limit, cursor }),
    answers: list,
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
    summary: 'List what the rules decided about a checkpoint, newest first',
    params: z.strictObject({ checkpoint: REFS.checkpoint }),
    query: z.strictObject({ ...narrowed, limit, cursor }),
    answers: list,
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
    summary: 'List what the retention of a namespace decided about its checkpoints, newest first',
    params: z.strictObject({ namespace: NamespacePath }),
    query: z.strictObject({ ...narrowed, limit, cursor }),
    answers: list,
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
    summary: 'Explain why a version is, or is not, the holder of an alias',
    params: z.strictObject({ model: REFS.model, alias: AliasName }),
    query: z.strictObject({ version: REFS.version }),
    answers: { 200: Explanation },
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
    summary: 'Say what a labelling rule would have done over the history of a model',
    params: z.strictObject({ model: REFS.model }),
    body: BacktestRequest,
    safe: true,
    answers: { 200: Backtest },
    touches: {
      model: { kind: 'model', at: 'params.model', permission: 'policy.read' },
      ...facts('model', 'params.model'),
      ...labelTouches('body.rule', 'model'),
    },
  }),
] as const;
