import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { PolicyDocument, policyTouches } from './policy-document.ts';
import { PolicyWarning } from './policy-warnings.ts';
import { AliasName, Count, NamespacePath, Timestamp, Uuid } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

export const PolicySource = z
  .object({
    kind: z.enum(['model', 'namespace']),
    id: Uuid,
    name: z.string().meta({ description: 'The model or namespace: `ai/vision/yolo` or `ai/vision`.' }),
    edit: Count.meta({ description: 'The number of the edit of its policy.' }),
    author: z
      .string()
      .nullable()
      .optional()
      .meta({
        description:
          'The author, whose rights limit the section. Null: no author is recorded (an open server, or an ' +
          'edit before authors were recorded), so no rights limit it.',
      }),
    suspended: z.string().optional().meta({
      description: 'The reason why the section is suspended: its author lacks a permission now.',
    }),
  })
  .meta({ id: 'PolicySource', description: 'The policy that a section comes from.' });
export type PolicySource = z.infer<typeof PolicySource>;

export const WaitingRule = z
  .object({
    rule: z.string(),
    alias: AliasName,
    words: z.string().meta({ description: 'The reason why the rule waits, and who can allow it.' }),
  })
  .meta({
    id: 'WaitingRule',
    description: 'A labelling rule that does not move its protected alias until an admin allows it.',
  });

export const Policy = z
  .object({
    ...PolicyDocument.shape,
    edit: Count.meta({ description: 'The number of the latest edit. 0: the policy was never edited.' }),
    editedBy: z.string().nullable(),
    editedAt: Timestamp.nullable(),
    effective: PolicyDocument.meta({
      description: 'The sections that apply here: each from the nearest policy that has it.',
    }),
    sources: z
      .object({
        evaluate: PolicySource.optional(),
        label: PolicySource.optional(),
        promote: PolicySource.optional(),
        retainVersions: PolicySource.optional(),
        retainCheckpoints: PolicySource.optional(),
        staleAfter: PolicySource.optional(),
      })
      .meta({ id: 'PolicySources', description: 'The source of each section of `effective`.' }),
    waiting: z.array(WaitingRule).optional().meta({
      description:
        'Labelling rules of `effective` that must not move their protected alias until an admin allows it.',
    }),
    warnings: z
      .array(PolicyWarning)
      .optional()
      .meta({
        description:
          'Clauses that no object matches now. For a model, in all of `effective`; for a namespace, in its ' +
          'own sections.',
      }),
    hidden,
  })
  .meta({ id: 'Policy', description: 'The sections of this policy, and the sections that apply here.' });
export type Policy = z.infer<typeof Policy>;

export const PolicyEdit = z
  .object({
    edit: Count,
    document: PolicyDocument,
    actor: z.string(),
    requestId: z.string().nullable(),
    at: Timestamp,
  })
  .meta({ id: 'PolicyEdit', description: 'An edit of a policy, with the complete policy after it.' });
export type PolicyEdit = z.infer<typeof PolicyEdit>;

const OWNERS = {
  model: { params: z.strictObject({ model: REFS.model }), article: 'a model' },
  namespace: { params: z.strictObject({ namespace: NamespacePath }), article: 'a namespace' },
} as const;

const policyRoutesOf = <K extends keyof typeof OWNERS>(kind: K) => {
  const { params, article } = OWNERS[kind] as (typeof OWNERS)[K];
  const path = `/v1/${kind}s/{${kind}}/policy` as const;
  const touches = <P extends 'read' | 'write'>(verb: P) =>
    ({ owner: { kind, at: `params.${kind}`, permission: `policy.${verb}` } }) as const;
  return [
    route({
      id: `${kind}s.policy.get`,
      method: 'GET',
      cost: 'fixed',
      path,
      tag: 'policies',
      summary: `Read the policy of ${article}, and the effective policy`,
      params,
      answers: { 200: Policy },
      conditional: true,
      touches: touches('read'),
    }),
    route({
      id: `${kind}s.policy.set`,
      method: 'PUT',
      cost: 'fixed',
      path,
      tag: 'policies',
      summary: `Set the policy of ${article}`,
      description:
        'Replaces the whole policy; its history keeps earlier edits. With `{}`, the policies of the ' +
        'namespaces above apply. The ETag of a policy that was never set is `"0"`.',
      params,
      body: PolicyDocument,
      answers: { 200: Policy },
      conditional: true,
      subject: 'owner',
      touches: { ...touches('write'), ...policyTouches('body') },
    }),
    route({
      id: `${kind}s.policy.history`,
      method: 'GET',
      cost: 'fixed',
      path: `${path}/history`,
      tag: 'policies',
      summary: `List the edits of the policy of ${article}, newest first`,
      params,
      query: z.strictObject({ limit, cursor }),
      answers: { 200: page('PolicyEditPage', PolicyEdit) },
      touches: touches('read'),
    }),
  ] as const;
};

export const policyRoutes = [...policyRoutesOf('model'), ...policyRoutesOf('namespace')] as const;
