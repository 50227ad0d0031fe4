import { z } from 'zod';
import { Principal, RoleName } from './access.ts';
import { cursor, limit, page } from './lists.ts';
import { LabelRule } from './policy-document.ts';
import { AliasName, Count, NamespacePath, Sha256, Timestamp, Uuid } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';

export const MOVABLE_BY = ['role', 'principals', 'rule', 'proposal'] as const;

const MovableBy = z.enum(MOVABLE_BY).meta({
  description:
    '`role`: whoever has the role, or a higher one, on the namespace of the model. `principals`: those named. `rule`: only labelling ' +
    'rules in mode `auto` that an admin has allowed, while they stay as they were then. `proposal`: only an approved proposal.',
});
const reason = z.string().max(2000).nullable();

const EvaluationsBy = z
  .strictObject({
    role: RoleName.optional().meta({
      description:
        'Trusts authors who had this role, or a higher one, in the namespace of the model when they logged. `contributor` trusts everybody.',
    }),
    principals: z
      .array(Principal)
      .max(64)
      .optional()
      .meta({ description: 'Trusts these callers and groups too.' }),
  })
  .meta({
    id: 'EvaluationsBy',
    description: 'The authors whose metrics and evaluations rules use. Default: admins.',
  });

export const AliasProtection = z
  .object({
    alias: AliasName,
    by: MovableBy,
    role: RoleName.nullable(),
    principals: z.array(Principal),
    evaluations: z
      .object({ role: RoleName.nullable(), principals: z.array(Principal) })
      .nullable()
      .meta({
        id: 'TrustedEvaluators',
        description: 'For `rule`: the authors whose metrics and evaluations rules use. Else null.',
      }),
    approvals: Count.nullable().meta({
      description: 'For `proposal`: the required number of approvers. Else null.',
    }),
    reason,
    namespace: NamespacePath.meta({ description: 'On which it stands, or in which its model lies.' }),
    model: z.string().nullable().meta({ description: 'The name of the model on which it stands.' }),
    inherited: z.boolean().meta({ description: 'Whether it stands on a namespace above.' }),
    createdBy: z.string(),
    createdAt: Timestamp,
    edit: Count.meta({
      description: 'Rises with each edit of the protection and of the rules that it allows: the ETag.',
    }),
  })
  .meta({
    id: 'AliasProtection',
    description:
      'Who may move an alias. A move must be allowed by each that stands on the model or above it.',
  });
export type AliasProtection = z.infer<typeof AliasProtection>;

export const AliasProtectionPut = z
  .strictObject({
    by: MovableBy,
    role: RoleName.optional().meta({ description: 'Of `role`, and only there.' }),
    principals: z
      .array(Principal)
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'Of `principals`, and only there.' }),
    evaluations: EvaluationsBy.optional().meta({ description: 'Only for `rule`.' }),
    approvals: z.int().min(1).max(16).optional().meta({
      description: 'Only for `proposal`: the required number of approvers. On an open server it must be 1.',
      default: 1,
    }),
    reason: reason.optional(),
  })
  .meta({ id: 'AliasProtectionPut' });
export type AliasProtectionPut = z.infer<typeof AliasProtectionPut>;

export const RuleConsent = z
  .object({
    policy: z
      .object({ kind: z.enum(['model', 'namespace']), id: Uuid, name: z.string() })
      .meta({ id: 'RuleOwner', description: 'The model or namespace whose policy has the rule.' }),
    state: z.enum(['allowed', 'waits', 'changed', 'gone']).meta({
      id: 'RuleConsentState',
      description:
        '`allowed`: the rule moves the alias. `waits`: nobody has allowed it. `changed`: it is not as it was allowed. ' +
        '`gone`: a rule was allowed that the policy does not have any more.',
    }),
    words: z.string().meta({ description: 'The state in plain English.' }),
    rule: LabelRule.nullable().meta({ description: 'As it is now, with its datasets named in full.' }),
    evaluate: z
      .array(z.string())
      .meta({ description: 'The datasets on which the rule demands evaluations.' }),
    digest: z.string().nullable().meta({
      description:
        'SHA-256 of everything that the rule decides by. To allow the rule, send the digest that you have seen.',
    }),
    allowed: z
      .object({ rule: z.string(), digest: z.string(), by: z.string(), at: Timestamp })
      .nullable()
      .meta({ id: 'GivenConsent', description: 'What was allowed, by whom and when.' }),
  })
  .meta({
    id: 'RuleConsent',
    description: 'A labelling rule for a protected alias, and whether it may move it.',
  });
export type RuleConsent = z.infer<typeof RuleConsent>;

const RuleConsentPut = z
  .strictObject({ digest: Sha256.meta({ description: 'Of the rule as you have seen it.' }) })
  .meta({ id: 'RuleConsentPut' });

const tag = 'aliases';
const query = z.strictObject({ limit, cursor });
const list = page('AliasProtectionPage', AliasProtection);

const ofModel = <P extends 'version.read' | 'alias.protect'>(permission: P) =>
  ({ object: { kind: 'model', at: 'params.model', permission } }) as const;
const ofNamespace = <P extends 'namespace.read' | 'alias.protect'>(permission: P) =>
  ({ object: { kind: 'namespace', at: 'params.namespace', permission } }) as const;

const modelPath = '/v1/models/{model}/protected-aliases';
const namespacePath = '/v1/namespaces/{namespace}/protected-aliases';
const modelParams = z.strictObject({ model: REFS.model });
const namespaceParams = z.strictObject({ namespace: NamespacePath });

const OWNERS = {
  model: {
    params: modelParams.extend({ alias: AliasName }),
    path: modelPath,
    article: 'a model',
    read: 'version.read',
  },
  namespace: {
    params: namespaceParams.extend({ alias: AliasName }),
    path: namespacePath,
    article: 'a namespace',
    read: 'namespace.read',
  },
} as const;

/** The routes of one protection, and of the labelling rules that it lets act. */
const ruleRoutesOf = <K extends keyof typeof OWNERS>(kind: K) => {
  const { params, path, article, read } = OWNERS[kind] as (typeof OWNERS)[K];
  const one = `${path}/{alias}` as const;
  const rules = `${one}/rules` as const;
  const ruleParams = params.extend({
    policy: Uuid.meta({ description: 'The id of the model or namespace whose policy has the rule.' }),
  });
  const touches = <P extends (typeof OWNERS)[K]['read'] | 'policy.read' | 'alias.protect'>(permission: P) =>
    ({ object: { kind, at: `params.${kind}`, permission } }) as const;
  return [
    route({
      id: `${kind}s.protectedAliases.get`,
      method: 'GET',
      cost: 'fixed',
      path: one,
      tag,
      summary: `Read who may move an alias, as ${article} itself says`,
      params,
      answers: { 200: AliasProtection },
      conditional: true,
      touches: touches(read),
    }),
    route({
      id: `${kind}s.protectedAliases.rules.list`,
      method: 'GET',
      cost: 'variable',
      path: rules,
      tag,
      summary: `List the labelling rules for a protected alias of ${article}, and whether they may move it`,
      params,
      query,
      answers: { 200: page('RuleConsentPage', RuleConsent) },
      touches: touches('policy.read'),
    }),
    route({
      id: `${kind}s.protectedAliases.rules.allow`,
      method: 'PUT',
      cost: 'fixed',
      path: `${rules}/{policy}`,
      tag,
      summary: `Allow a labelling rule to move a protected alias of ${article}`,
      description:
        'Holds until the rule or the datasets on which it demands evaluations change. 412 `stale`: the rule has another digest.',
      params: ruleParams,
      body: RuleConsentPut,
      answers: { 200: AliasProtection },
      errors: [412],
      conditional: true,
      touches: touches('alias.protect'),
    }),
    route({
      id: `${kind}s.protectedAliases.rules.withdraw`,
      method: 'DELETE',
      cost: 'fixed',
      path: `${rules}/{policy}`,
      tag,
      summary: `Withdraw the consent by which a labelling rule moves a protected alias of ${article}`,
      params: ruleParams,
      answers: { 204: 'empty' },
      conditional: true,
      touches: touches('alias.protect'),
    }),
  ] as const;
};

export const protectedAliasRoutes = [
  route({
    id: 'models.protectedAliases.list',
    method: 'GET',
    cost: 'fixed',
    path: modelPath,
    tag,
    summary: 'List who may move which alias of a model, also by what stands above it',
    params: modelParams,
    query,
    answers: { 200: list },
    touches: ofModel('version.read'),
  }),
  route({
    id: 'models.protectedAliases.set',
    method: 'PUT',
    cost: 'fixed',
    path: `${modelPath}/{alias}`,
    tag,
    summary: 'Say who may move an alias of a model',
    params: modelParams.extend({ alias: AliasName }),
    body: AliasProtectionPut,
    answers: { 200: AliasProtection },
    conditional: true,
    touches: ofModel('alias.protect'),
  }),
  route({
    id: 'models.protectedAliases.delete',
    method: 'DELETE',
    cost: 'fixed',
    path: `${modelPath}/{alias}`,
    tag,
    summary: 'Take the protection of an alias of a model away',
    params: modelParams.extend({ alias: AliasName }),
    answers: { 204: 'empty' },
    touches: ofModel('alias.protect'),
  }),
  route({
    id: 'namespaces.protectedAliases.list',
    method: 'GET',
    cost: 'fixed',
    path: namespacePath,
    tag,
    summary: 'List who may move which alias of all models below a namespace',
    params: namespaceParams,
    query,
    answers: { 200: list },
    touches: ofNamespace('namespace.read'),
  }),
  route({
    id: 'namespaces.protectedAliases.set',
    method: 'PUT',
    cost: 'fixed',
    path: `${namespacePath}/{alias}`,
    tag,
    summary: 'Say who may move an alias of all models below a namespace',
    params: namespaceParams.extend({ alias: AliasName }),
    body: AliasProtectionPut,
    answers: { 200: AliasProtection },
    conditional: true,
    touches: ofNamespace('alias.protect'),
  }),
  route({
    id: 'namespaces.protectedAliases.delete',
    method: 'DELETE',
    cost: 'fixed',
    path: `${namespacePath}/{alias}`,
    tag,
    summary: 'Take the protection of an alias of a namespace away',
    params: namespaceParams.extend({ alias: AliasName }),
    answers: { 204: 'empty' },
    touches: ofNamespace('alias.protect'),
  }),
  ...ruleRoutesOf('model'),
  ...ruleRoutesOf('namespace'),
] as const;
