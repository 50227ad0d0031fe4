import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { AliasName, Timestamp, Uuid, VersionName } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';

export const Alias = z
  .object({
    alias: AliasName,
    version: VersionName.meta({ description: 'The name of the version that holds the alias.' }),
    versionId: Uuid,
    createdAt: Timestamp,
    updatedAt: Timestamp.meta({ description: 'The time of the last move.' }),
  })
  .meta({ id: 'Alias', description: 'A name such as `prod` that at most one version of a model holds.' });
export type Alias = z.infer<typeof Alias>;

const Reason = z
  .string()
  .max(2000)
  .nullable()
  .optional()
  .meta({ description: 'The reason. It is stored in the history of the alias.' });
const Expect = REFS.version.nullable().optional().meta({
  description: 'The version that must hold the alias now, by id or name (`null`: no version). Otherwise 412.',
});

const AliasPut = z
  .strictObject({ version: REFS.version, expect: Expect, reason: Reason })
  .meta({ id: 'AliasPut' });
const AliasRollback = z.strictObject({ expect: Expect, reason: Reason }).meta({ id: 'AliasRollback' });

const AliasMove = z
  .object({
    alias: AliasName,
    from: VersionName.nullable(),
    fromId: Uuid.nullable(),
    to: VersionName.nullable(),
    toId: Uuid.nullable(),
    cause: z.enum(['set', 'create', 'finalize', 'promote', 'rollback', 'delete', 'rule', 'proposal']),
    reason: z.string().nullable(),
    actor: z.string(),
    requestId: z.string().nullable(),
    at: Timestamp,
  })
  .meta({ id: 'AliasMove', description: 'A move of an alias.' });
export type AliasMove = z.infer<typeof AliasMove>;

const inModel = z.strictObject({ model: REFS.model });
const params = z.strictObject({ model: REFS.model, alias: AliasName });
const path = '/v1/models/{model}/aliases/{alias}';
const tag = 'aliases';
const model = { kind: 'model', at: 'params.model', permission: 'version.read' } as const;
const mover = {
  kind: 'alias',
  at: 'params.alias',
  under: 'model',
  permission: 'alias.move',
  create: 'alias.move',
} as const;

export const aliasRoutes = [
  route({
    id: 'models.aliases.list',
    method: 'GET',
    cost: 'fixed',
    path: '/v1/models/{model}/aliases',
    tag,
    summary: 'List the aliases of a model, by name',
    params: inModel,
    query: z.strictObject({ limit, cursor }),
    answers: { 200: page('AliasPage', Alias) },
    touches: { model },
  }),
  route({
    id: 'models.aliases.set',
    method: 'PUT',
    cost: 'fixed',
    path,
    tag,
    summary: 'Set an alias on a ready version, atomically moving it from its holder',
    params,
    body: AliasPut,
    answers: { 200: Alias, 201: Alias },
    errors: [412],
    subject: 'model',
    touches: {
      model,
      alias: mover,
      version: { kind: 'version', at: 'body.version', under: 'model', permission: 'version.read' },
    },
  }),
  route({
    id: 'models.aliases.get',
    method: 'GET',
    cost: 'fixed',
    path,
    tag,
    summary: 'Read the holder of an alias',
    params,
    answers: { 200: Alias },
    touches: { model },
  }),
  route({
    id: 'models.aliases.delete',
    method: 'DELETE',
    cost: 'fixed',
    path,
    tag,
    summary: 'Delete an alias; its history stays',
    params,
    query: z.strictObject({
      expect: z
        .string()
        .max(900)
        .optional()
        .meta({ description: 'The version that must hold the alias now. Otherwise 412.' }),
    }),
    answers: { 204: 'empty' },
    errors: [412],
    subject: 'model',
    touches: { model, alias: mover },
  }),
  route({
    id: 'models.aliases.history',
    method: 'GET',
    cost: 'fixed',
    path: `${path}/history`,
    tag,
    summary: 'List the moves of an alias, newest first',
    params,
    query: z.strictObject({ limit, cursor }),
    answers: { 200: page('AliasMovePage', AliasMove) },
    touches: { model },
  }),
  route({
    id: 'models.aliases.rollback',
    method: 'POST',
    cost: 'fixed',
    path: `${path}/rollback`,
    tag,
    summary: 'Move an alias back to its previous holder',
    description: 'Each further call goes one more step back in the history.',
    params,
    body: AliasRollback,
    bodyOptional: true,
    answers: { 200: Alias },
    errors: [412],
    subject: 'model',
    touches: { model, alias: mover },
  }),
] as const;
