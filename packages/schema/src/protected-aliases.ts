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
    '`role`: callers who have the role, or a higher one, on the namespace of the model. `principals`: ' +
    'the listed principals. `rule`: labelling rules in mode `auto` that an admin has allowed, as long as ' +
    'they do not change. `proposal`: only approved proposals.',
});
const reason = z.string().max(2000).nullable();

const EvaluationsBy = z
  .strictObject({
    role: RoleName.optional().meta({
      description:
        'Trusts authors who had this role, or a higher one, in the namespace of the model when they ' +
        'logged. `contributor` trusts everyone who can log.',
    }),
    principals: z
      .array(Principal)
      .max(64)
      .optional()
      .meta({ description: 'Trusts these callers and groups too.' }),
  })
  .meta({
    id: 'EvaluationsBy',
    description: 'The trusted authors: rules use only their metrics and evaluations. Default: admins.',
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
        description: 'For `rule`, the authors whose metrics and evaluations the rules use. Otherwise null.',
      }),
    approvals: Count.nullable().meta({
      description: 'For `proposal`, the required number of approvers. Otherwise null.',
    }),
    reason,
    namespace: NamespacePath.meta({ description: 'The namespace of the protection, or of its model.' }),
    model: z
      .string()
      .nullable()
      .meta({ description: 'The name of the protected model. Null: the protection belongs to a namespace.' }),
    inherited: z.boolean().meta({ description: 'Whether the protection belongs to a namespace above.' }),
    createdBy: z.string(),
    createdAt: Timestamp,
    edit: Count.meta({
      description:
        'Increases with each edit of the protection or of the rules that it allows. It is the ETag.',
    }),
  })
  .meta({
    id: 'AliasProtection',
    description:
      'A restriction on moves of an alias. A move must satisfy every protection on the model and above ' +
      'it.',
  });
export type AliasProtection = z.infer<typeof AliasProtection>;

export const AliasProtectionPut = z
  .strictObject({
    by: MovableBy,
    role: RoleName.optional().meta({ description: 'Only for `role`: the required role.' }),
    principals: z
      .array(Principal)
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'Only for `principals`: the callers who may move the alias.' }),
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
        '`allowed`: the rule may move the alias. `waits`: no admin has allowed it. `changed`: the rule ' +
        'has changed since it was allowed. `gone`: the policy no longer has the allowed rule.',
    }),
    words: z.string().meta({ description: 'The state in plain English.' }),
    rule: LabelRule.nullable().meta({
      description: 'The current rule, with the full names of its datasets.',
    }),
    evaluate: z
      .array(z.string())
      .meta({ description: 'The datasets on which the rule demands evaluations.' }),
    digest: z
      .string()
      .nullable()
      .meta({
        description:
          'The SHA-256 of everything that the rule decides by. To allow the rule, send the digest that you ' +
          'reviewed.',
      }),
    allowed: z
      .object({ rule: z.string(), digest: z.string(), by: z.string(), at: Timestamp })
      .nullable()
      .meta({ id: 'GivenConsent', description: 'The consent: the digest, the admin and the time.' }),
  })
  .meta({
    id: 'RuleConsent',
    description: 'A labelling rule for a protected alias, and whether the rule may move it.',
  });
export type RuleConsent = z.infer<typeof RuleConsent>;

const RuleConsentPut = z
  .strictObject({ digest: Sha256.meta({ description: 'The digest of the rule that you reviewed.' }) })
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
      summary: `Read the protection of an alias of ${article}`,
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
      summary: `List the labelling rules for a protected alias of ${article}, with their consents`,
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
        'The consent lasts until the rule, or the datasets on which it requires evaluations, change. 412 ' +
        '`stale`: the rule has another digest.',
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
      summary: `Withdraw the consent for a labelling rule to move a protected alias of ${article}`,
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
    summary: 'List the protected aliases of a model, inherited ones included',
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
    summary: 'Protect an alias of a model',
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
    summary: 'Remove the protection of an alias of a model',
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
    summary: 'List the protected aliases for all models below a namespace',
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
    summary: 'Protect an alias of all models below a namespace',
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
    summary: 'Remove the protection of an alias of a namespace',
    params: namespaceParams.extend({ alias: AliasName }),
    answers: { 204: 'empty' },
    touches: ofNamespace('alias.protect'),
  }),
  ...ruleRoutesOf('model'),
  ...ruleRoutesOf('namespace'),
] as const;
