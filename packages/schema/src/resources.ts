import { z } from 'zod';
import { defineResource, type Tag } from './define-resource.ts';
import { NamespacePath, Uuid } from './primitives.ts';

const namedRef = (kind: string, example: string) =>
  z
    .string()
    .min(1)
    .max(700)
    .meta({
      description: `${kind}: its id, or its namespace and name, \`${example}\` (percent-encoded in a path).`,
    });

const STATE = ['id', 'createdAt', 'updatedAt', 'hidden'] as const;
const NAMED = ['namespace', 'name', ...STATE] as const;
const MEASURED = { metrics: ['metric.read'], evaluations: ['metric.read'] } as const;
const STORED = { files: ['file.read'], fileCount: ['file.read'] } as const;

/** Every resource of the API, in the order of its documents. */
export const RESOURCES = [
  defineResource({
    kind: 'namespace',
    table: 'namespaces',
    ref: NamespacePath,
    permissions: { read: 'viewer', write: 'maintainer', delete: 'maintainer', quota: 'admin' },
    tag: { name: 'namespaces', description: 'Paths that organize the models and experiments of a team.' },
    isListed: true,
    views: { Namespace: { always: ['path', ...STATE], rest: 'namespace.read' } },
  }),
  defineResource({
    kind: 'model',
    table: 'models',
    ref: namedRef('A model', 'ai/vision/yolo'),
    permissions: { read: 'viewer', create: 'contributor', write: 'maintainer', delete: 'maintainer' },
    tag: { name: 'models', description: 'Tasks to solve, with everything that their versions share.' },
    isOwner: true,
    isListed: true,
    views: { Model: { always: [...NAMED, 'deletedAt'], rest: 'model.read', parts: MEASURED } },
  }),
  defineResource({
    kind: 'version',
    table: 'versions',
    ref: z
      .string()
      .min(1)
      .max(900)
      .meta({
        description:
          'A version: its id, or a reference such as `ai/vision/yolo@prod` or `ai/vision/yolo:v1` ' +
          '(percent-encoded in a path). In a body for a known model, the bare name of the version is ' +
          'enough.',
      }),
    permissions: { read: 'viewer', create: 'contributor', write: 'contributor', delete: 'maintainer' },
    tag: { name: 'versions', description: 'Versions of models.' },
    isOwner: true,
    isListed: true,
    views: {
      Version: {
        always: ['namespace', 'model', 'modelId', 'version', 'status', 'readyAt', 'deletedAt', ...STATE],
        rest: 'version.read',
        parts: { ...MEASURED, ...STORED },
      },
    },
  }),
  defineResource({
    kind: 'alias',
    table: 'aliases',
    permissions: { move: 'maintainer', protect: 'admin' },
    tag: { name: 'aliases', description: 'Names that at most one version of a model holds.' },
  }),
  defineResource({
    kind: 'reference',
    permissions: {},
    tag: { name: 'references', description: 'Names by which people and pipelines refer to a version.' },
    views: {
      Resolution: { always: ['reference', 'version', 'hidden'], parts: { files: ['file.read'] } },
    },
  }),
  defineResource({
    kind: 'experiment',
    table: 'experiments',
    ref: namedRef('An experiment', 'ai/vision/run-7'),
    permissions: { read: 'viewer', create: 'contributor', write: 'contributor', delete: 'maintainer' },
    tag: { name: 'experiments', description: 'Training runs.' },
    isOwner: true,
    isListed: true,
    views: {
      Experiment: { always: [...NAMED, 'status', 'deletedAt'], rest: 'experiment.read', parts: MEASURED },
    },
  }),
  defineResource({
    kind: 'checkpoint',
    table: 'checkpoints',
    ref: Uuid.meta({ description: 'The id of a checkpoint.' }),
    permissions: { read: 'viewer', create: 'contributor', write: 'contributor', delete: 'maintainer' },
    tag: { name: 'checkpoints', description: 'Snapshots that a training run writes.' },
    isOwner: true,
    isListed: true,
    views: {
      Checkpoint: {
        always: [
          'namespace',
          'experiment',
          'experimentId',
          'epoch',
          'step',
          'status',
          'readyAt',
          'deletedAt',
          ...STATE,
        ],
        rest: 'checkpoint.read',
        parts: { ...MEASURED, ...STORED },
      },
    },
  }),
  defineResource({
    kind: 'dataset',
    table: 'datasets',
    ref: namedRef('A dataset', 'ai/vision/coco-val'),
    permissions: { read: 'viewer', create: 'contributor', write: 'contributor' },
    tag: { name: 'datasets', description: 'References to data that is stored outside of ModelBox.' },
    isListed: true,
    views: { Dataset: { always: NAMED, rest: 'dataset.read' } },
  }),
  defineResource({
    kind: 'file',
    permissions: { read: 'viewer', write: 'contributor' },
    views: { FileList: { always: ['hidden'], rest: 'file.read' } },
  }),
  defineResource({
    kind: 'upload',
    table: 'uploads',
    ref: Uuid.meta({ description: 'The id of an upload.' }),
    permissions: {},
    tag: {
      name: 'uploads',
      description: 'Resumable uploads of large files, in parts.',
    },
  }),
  defineResource({
    kind: 'metric',
    permissions: { read: 'viewer', write: 'contributor' },
    views: { MetricSummary: { always: ['hidden'], rest: 'metric.read' } },
  }),
  defineResource({
    kind: 'event',
    permissions: { read: 'viewer', write: 'contributor' },
  }),
  defineResource({
    kind: 'policy',
    permissions: { read: 'viewer', write: 'maintainer' },
    tag: {
      name: 'policies',
      description:
        'Rules that the server applies (evaluation, labels, promotion, retention), and their decisions.',
    },
    views: {
      Policy: {
        always: ['edit', 'editedAt', 'hidden'],
        rest: 'policy.read',
        // A warning reveals whether any object passes a filter, so drafts could probe values one by one.
        parts: {
          warnings: ['policy.read', 'version.read', 'checkpoint.read', 'experiment.read', 'metric.read'],
        },
      },
    },
  }),
  defineResource({
    kind: 'proposal',
    table: 'proposals',
    ref: Uuid,
    permissions: { decide: 'maintainer' },
    views: {
      Proposal: {
        always: [
          'id',
          'modelId',
          'rule',
          'alias',
          'tag',
          'version',
          'versionId',
          'state',
          'createdAt',
          'decidedAt',
          'hidden',
        ],
        rest: 'policy.read',
        parts: { words: ['policy.read', 'metric.read'] },
      },
    },
  }),
  defineResource({
    kind: 'hold',
    permissions: { write: 'maintainer' },
  }),
  defineResource({
    kind: 'token',
    table: 'tokens',
    permissions: {},
    tag: { name: 'access', description: 'Tokens, grants and the audit.' },
  }),
  defineResource({
    kind: 'grant',
    table: 'grants',
    permissions: { read: 'admin', write: 'admin' },
  }),
  defineResource({
    kind: 'alias_protection',
    table: 'protected_aliases',
    permissions: {},
  }),
  defineResource({ kind: 'audit', permissions: { read: 'admin' } }),
  defineResource({
    kind: 'system',
    permissions: {},
    tag: { name: 'system', description: 'Health, metrics and documents of the server.' },
  }),
] as const;

type Defined = (typeof RESOURCES)[number];
type Objects = Extract<Defined, { readonly table: string }>;

/** The kinds of object that a route can touch. Changes name them too, but a change about an upload names its owner. */
export type ObjectKind = Objects['kind'];
/** The kinds that own files, metrics, metadata and events. */
export type OwnerKind = Extract<Defined, { readonly isOwner: true }>['kind'];
/** The kinds whose lists take the filter language. */
export type ListedKind = Extract<Defined, { readonly isListed: true }>['kind'];
/** The kinds whose objects a path or a body names by a reference. */
export type ReferableKind = Extract<Defined, { readonly ref: z.ZodString }>['kind'];

const kindsThat = <K extends string>(has: 'table' | 'isOwner' | 'isListed'): readonly K[] =>
  RESOURCES.filter((resource) => has in resource).map(({ kind }) => kind as string as K);

export const OBJECT_KINDS = kindsThat<ObjectKind>('table');
export const OWNER_KINDS = kindsThat<OwnerKind>('isOwner');
export const LISTED_KINDS = kindsThat<ListedKind>('isListed');

/** The tables of the kinds. */
export const TABLES = Object.fromEntries(
  RESOURCES.flatMap((resource) => ('table' in resource ? [[resource.kind, resource.table]] : [])),
) as { readonly [R in Objects as R['kind']]: R['table'] };

/** The references of the kinds. */
export const REFS = Object.fromEntries(
  RESOURCES.flatMap((resource) => ('ref' in resource ? [[resource.kind, resource.ref]] : [])),
) as { readonly [K in ReferableKind]: z.ZodString };

/** The tags of the OpenAPI document. */
export const TAGS: readonly Tag[] = RESOURCES.flatMap((resource) =>
  'tag' in resource ? [resource.tag] : [],
);
