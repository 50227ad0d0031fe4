import { z } from 'zod';
import { ClauseVerdict } from './decisions.ts';
import { facts } from './facts.ts';
import { Hold } from './holds.ts';
import { limit } from './lists.ts';
import { WaitingRule } from './policies.ts';
import { PolicyDocument, policyTouches } from './policy-document.ts';
import { PolicyWarning } from './policy-warnings.ts';
import { Count, NamespacePath, Uuid } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';

export const Protection = z
  .enum(['alias', 'previousHolder', 'hold', 'lineage', 'newestOfRunning', 'pending', 'restored'])
  .meta({
    id: 'Protection',
    description:
      'The reason why no rule may remove the object: it holds an alias, held one before, is on hold, is ' +
      'the source of a version that is not purged, is the newest ready checkpoint of a running ' +
      'experiment, is not ready, or was restored by a person since the last edit of the policy.',
  });

const subject = {
  kind: z.enum(['version', 'checkpoint']),
  id: Uuid,
  name: z
    .string()
    .meta({ description: 'The name: `v7`, or for a checkpoint its experiment with epoch and step.' }),
};

export const PreviewedObject = z
  .object({
    ...subject,
    remove: z.boolean(),
    keptBy: z
      .array(z.string())
      .meta({ description: 'The clauses that keep the object, by position: `keep[0]`.' }),
    undecided: z
      .array(
        z
          .object({
            clause: z.string(),
            missing: z.string().meta({
              description: "`the metric val_acc`, `a text in metadata.stage`, `the tag 'gold'`, `an epoch`.",
            }),
          })
          .meta({ id: 'UndecidedClause' }),
      )
      .meta({
        description:
          'The clauses of `keptBy` that cannot decide. No object in their scope has the required fact, ' +
          'so they keep everything.',
      }),
    protectedBy: z.array(Protection),
    storedFiles: Count.meta({
      description:
        'The number of stored files. `remove: "files"` changes nothing on an object without stored files.',
    }),
    bytes: Count.meta({ description: 'The bytes of its stored files.' }),
    words: z.string(),
  })
  .meta({ id: 'PreviewedObject', description: 'The retention verdict about an object, and the reasons.' });

export const PreviewedLabel = z
  .object({
    rule: z.string(),
    version: z.string(),
    versionId: Uuid,
    outcome: z.enum(['moved', 'tagged', 'proposed', 'suspended']),
    holder: z.string().nullable(),
    words: z.string(),
    clauses: z.array(ClauseVerdict),
  })
  .meta({ id: 'PreviewedLabel', description: 'The verdict of a labelling rule now.' });

export const PreviewedPromotion = z
  .object({
    rule: z.string().nullable(),
    checkpoint: Uuid,
    experiment: z.string(),
    version: z.string().nullable().meta({ description: 'The name of the resulting version.' }),
    outcome: z.enum(['promoted', 'refused']),
    words: z.string(),
  })
  .meta({ id: 'PreviewedPromotion', description: 'The verdict of a promotion rule now.' });

const UntrustedValue = z
  .object({
    rule: z.string(),
    version: z.string(),
    versionId: Uuid,
    metric: z.string(),
    dataset: z.string().nullable(),
    value: z.union([z.number(), z.string()]),
    by: z.string().nullable().meta({ description: 'The author of the value. Null: none is recorded.' }),
    words: z.string(),
  })
  .meta({
    id: 'UntrustedValue',
    description:
      'A value that a rule ignores, because the protection of the alias does not trust its author.',
  });

export const PolicyPreview = z
  .object({
    label: z.array(PreviewedLabel),
    promote: z.array(PreviewedPromotion),
    truncated: z.object({ label: z.boolean(), promote: z.boolean() }).optional().meta({
      id: 'TruncatedPreview',
      description:
        'Whether `label` and `promote` are incomplete, because of `limit` or the size of the page.',
    }),
    retain: z
      .object({
        seen: Count,
        removed: Count.meta({
          description: 'The number of objects that would be removed or lose their files.',
        }),
        freedBytes: Count.meta({
          description:
            'Bytes that would become free after the grace time, counting only what the caller may see: ' +
            'content without other references.',
        }),
        items: z.array(PreviewedObject).meta({ description: 'The objects to remove, oldest first.' }),
        truncated: z.boolean().meta({
          description: 'Whether the list is incomplete, because of `limit` or the size of the page.',
        }),
      })
      .meta({ id: 'RetentionPreview' }),
    suspended: z
      .array(
        z
          .object({
            section: z
              .string()
              .meta({ description: 'The name of the section, as in `sources` of a policy.' }),
            words: z.string(),
          })
          .meta({ id: 'SuspendedSection' }),
      )
      .optional()
      .meta({
        description: 'Suspended sections, whose author lacks a permission now. A draft has no author yet.',
      }),
    untrusted: z
      .array(UntrustedValue)
      .optional()
      .meta({
        description:
          'Values of the newest versions that rules for protected aliases ignore, at most `limit` per ' +
          'metric.',
      }),
    waiting: z
      .array(WaitingRule)
      .optional()
      .meta({
        description:
          'Labelling rules that must not move their protected alias until an admin allows it. Includes ' +
          'rules of a draft.',
      }),
    warnings: z.array(PolicyWarning).optional().meta({ description: 'Clauses that no object matches now.' }),
  })
  .meta({
    id: 'PolicyPreview',
    description: 'The effects that a policy would have now. The preview changes nothing.',
  });
export type PolicyPreview = z.infer<typeof PolicyPreview>;

const PreviewRequest = z
  .strictObject({
    policy: PolicyDocument.optional().meta({
      description: 'A draft of a policy. Absent: the current policy.',
    }),
  })
  .meta({ id: 'PreviewRequest' });

const previewOf = <K extends 'model' | 'namespace'>(kind: K) =>
  route({
    id: `${kind}s.policy.preview`,
    method: 'POST',
    cost: 'variable',
    path: `/v1/${kind}s/{${kind}}/policy/preview`,
    tag: 'policies',
    summary: `Preview the effects of a policy of a ${kind}`,
    params: z.strictObject({ [kind]: kind === 'model' ? REFS.model : NamespacePath } as {
      [P in K]: z.ZodString;
    }),
    query: z.strictObject({ limit }),
    body: PreviewRequest,
    bodyOptional: true,
    safe: true,
    answers: { 200: PolicyPreview },
    subject: 'owner',
    touches: {
      owner: { kind, at: `params.${kind}`, permission: 'policy.read' },
      ...facts(kind, `params.${kind}`),
      checkpoints: { kind, at: `params.${kind}`, permission: 'checkpoint.read' },
      experiments: { kind, at: `params.${kind}`, permission: 'experiment.read' },
      files: { kind, at: `params.${kind}`, permission: 'file.read' },
      ...policyTouches('body.policy'),
    },
  });

const HoldPut = z
  .strictObject({ reason: z.string().min(1).max(2000).meta({ description: 'The reason for the hold.' }) })
  .meta({ id: 'HoldPut' });

const holdOf = <K extends 'version' | 'checkpoint'>(kind: K) => {
  const params = z.strictObject({ [kind]: kind === 'version' ? REFS.version : REFS.checkpoint } as {
    [P in K]: z.ZodString;
  });
  const path = `/v1/${kind}s/{${kind}}/hold` as const;
  const touches = { object: { kind, at: `params.${kind}`, permission: 'hold.write' } } as const;
  return [
    route({
      id: `${kind}s.hold.set`,
      method: 'PUT',
      cost: 'fixed',
      path,
      tag: `${kind}s` as const,
      summary: `Put a ${kind} on hold, so that retention never removes it`,
      params,
      body: HoldPut,
      answers: { 200: Hold },
      touches,
    }),
    route({
      id: `${kind}s.hold.delete`,
      method: 'DELETE',
      cost: 'fixed',
      path,
      tag: `${kind}s` as const,
      summary: `Release the hold of a ${kind}`,
      params,
      answers: { 204: 'empty' },
      touches,
    }),
  ] as const;
};

export const previewRoutes = [previewOf('model'), previewOf('namespace')] as const;
export const holdRoutes = [...holdOf('version'), ...holdOf('checkpoint')] as const;
