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
    name: z.string().meta({ description: '`ai/vision/yolo` or `ai/vision`.' }),
    edit: Count.meta({ description: 'The edit of its policy.' }),
    author: z.string().nullable().optional().meta({
      description:
        'Whose rights bound the section. Null: nobody set it with a token (an open server, or before authors were recorded), so no rights bound it.',
    }),
    suspended: z.string().optional().meta({
      description: 'Why the section does nothing: the author may no longer do what it does.',
    }),
  })
  .meta({ id: 'PolicySource', description: 'Whose policy a section comes from.' });
export type PolicySource = z.infer<typeof PolicySource>;

export const WaitingRule = z
  .object({
    rule: z.string(),
    alias: AliasName,
    words: z.string().meta({ description: 'Why the rule waits, and who may allow it.' }),
  })
  .meta({
    id: 'WaitingRule',
    description: 'A labelling rule that does not move its protected alias until an admin allows it.',
  });

export const Policy = z
  .object({
    ...PolicyDocument.shape,
    edit: Count.meta({ description: 'Counts the edits; 0 where none was ever made.' }),
    editedBy: z.string().nullable(),
    editedAt: Timestamp.nullable(),
    effective: PolicyDocument.meta({ description: 'What counts here: of each section the nearest.' }),
    sources: z
      .object({
        evaluate: PolicySource.optional(),
        label: PolicySource.optional(),
        promote: PolicySource.optional(),
        retainVersions: PolicySource.optional(),
        retainCheckpoints: PolicySource.optional(),
        staleAfter: PolicySource.optional(),
      })
      .meta({ id: 'PolicySources', description: 'Where each section of `effective` comes from.' }),
    waiting: z.array(WaitingRule).optional().meta({
      description: 'Labelling rules of `effective` that wait for an admin who protects their alias.',
    }),
    warnings: z.array(PolicyWarning).optional().meta({
      description:
        'Clauses that no object answers to now. Of a model: in all of `effective`; of a namespace: in its own sections.',
    }),
    hidden,
  })
  .meta({ id: 'Policy', description: 'The sections that stand here, and what counts here.' });
export type Policy = z.infer<typeof Policy>;

export const PolicyEdit = z
  .object({
    edit: Count,
    document: PolicyDocument,
    actor: z.string(),
    requestId: z.string().nullable(),
    at: Timestamp,
  })
  .meta({ id: 'PolicyEdit', description: 'One edit of a policy: all that it said from then on.' });
export type PolicyEdit = z.infer<typeof PolicyEdit>;

const OWNERS = {
  model: { params: z.strictObject({ model: REFS.model }), article: 'a model' },
  namespace: { params: z.strictObject({ namespace: NamespacePath }), article: 'a namespace' },
} as const;

/** The routes of the policy of a model, or of a namespace. */
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
      summary: `Read the policy of ${article}, and what counts there`,
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
        'Takes the place of all that stood there; the edits before are kept. `{}` leaves all to the namespaces above. ' +
        'The ETag `"0"` is that of a policy that was never set.',
      params,
      body: PolicyDocument,
      answers: { 200: Policy },
      conditional: true,
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
