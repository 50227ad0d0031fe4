import { z } from 'zod';
import { Principal, RoleName } from './access.ts';
import { cursor, limit, page } from './lists.ts';
import { AliasName, ModelRef, NamespacePath, Timestamp } from './primitives.ts';
import { route } from './route.ts';

export const MOVABLE_BY = ['role', 'principals', 'rule', 'proposal'] as const;

const MovableBy = z.enum(MOVABLE_BY).meta({
  description:
    '`role`: whoever has the role, or a higher one, on the namespace of the model. `principals`: those named. `rule`: only a labelling ' +
    'rule in mode `auto`. `proposal`: only an approved proposal.',
});
const reason = z.string().max(2000).nullable();

export const AliasProtection = z
  .object({
    alias: AliasName,
    by: MovableBy,
    role: RoleName.nullable(),
    principals: z.array(Principal),
    reason,
    namespace: NamespacePath.meta({ description: 'On which it stands, or in which its model lies.' }),
    model: z.string().nullable().meta({ description: 'The name of the model on which it stands.' }),
    inherited: z.boolean().meta({ description: 'Whether it stands on a namespace above.' }),
    createdBy: z.string(),
    createdAt: Timestamp,
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
    reason: reason.optional(),
  })
  .meta({ id: 'AliasProtectionPut' });
export type AliasProtectionPut = z.infer<typeof AliasProtectionPut>;

const tag = 'aliases';
const query = z.strictObject({ limit, cursor });
const list = page('AliasProtectionPage', AliasProtection);

const ofModel = <P extends 'version.read' | 'alias.protect'>(permission: P) =>
  ({ object: { kind: 'model', at: 'params.model', permission } }) as const;
const ofNamespace = <P extends 'namespace.read' | 'alias.protect'>(permission: P) =>
  ({ object: { kind: 'namespace', at: 'params.namespace', permission } }) as const;

const modelPath = '/v1/models/{model}/protected-aliases';
const namespacePath = '/v1/namespaces/{namespace}/protected-aliases';
const modelParams = z.strictObject({ model: ModelRef });
const namespaceParams = z.strictObject({ namespace: NamespacePath });

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
] as const;
