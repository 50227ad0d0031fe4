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
      'What no rule removes: the holder of an alias, the one before it, what is on hold, what a version was made ' +
      'from that is not purged, the newest ready checkpoint of an experiment that runs, what is not ready, and what a person has restored ' +
      'since the policy was last edited.',
  });

const subject = {
  kind: z.enum(['version', 'checkpoint']),
  id: Uuid,
  name: z.string().meta({ description: '`v7`; of a checkpoint its experiment and place.' }),
};

export const PreviewedObject = z
  .object({
    ...subject,
    remove: z.boolean(),
    keptBy: z.array(z.string()).meta({ description: 'The clauses that keep it, by their place: `keep[0]`.' }),
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
          'Those of `keptBy` that cannot decide: nothing in their scope has what they ask for, so they keep everything in it.',
      }),
    protectedBy: z.array(Protection),
    storedFiles: Count.meta({
      description: 'Its stored files. `remove: "files"` leaves an object without any as it is.',
    }),
    bytes: Count.meta({ description: 'Of its stored files.' }),
    words: z.string(),
  })
  .meta({ id: 'PreviewedObject', description: 'What retention would do with one object, and why.' });

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
  .meta({ id: 'PreviewedLabel', description: 'What a labelling rule would do now.' });

export const PreviewedPromotion = z
  .object({
    rule: z.string().nullable(),
    checkpoint: Uuid,
    experiment: z.string(),
    version: z.string().nullable().meta({ description: 'The name that the version would get.' }),
    outcome: z.enum(['promoted', 'refused']),
    words: z.string(),
  })
  .meta({ id: 'PreviewedPromotion', description: 'What a promotion rule would do now.' });

const UntrustedValue = z
  .object({
    rule: z.string(),
    version: z.string(),
    versionId: Uuid,
    metric: z.string(),
    dataset: z.string().nullable(),
    value: z.union([z.number(), z.string()]),
    by: z.string().nullable().meta({ description: 'The author of the value; null if none is recorded.' }),
    words: z.string(),
  })
  .meta({
    id: 'UntrustedValue',
    description:
      'A value that a rule ignores, because the protection of its alias does not trust the author.',
  });

export const PolicyPreview = z
  .object({
    label: z.array(PreviewedLabel),
    promote: z.array(PreviewedPromotion),
    truncated: z.object({ label: z.boolean(), promote: z.boolean() }).optional().meta({
      id: 'TruncatedPreview',
      description:
        'Whether `label` and `promote` have more items than are shown: more than `limit`, or than fit into a page.',
    }),
    retain: z
      .object({
        seen: Count,
        removed: Count.meta({ description: 'Objects that would go, or lose their files.' }),
        freedBytes: Count.meta({
          description:
            'Bytes of content that nothing else refers to that the reader may see: what would be free after the grace time.',
        }),
        items: z
          .array(PreviewedObject)
          .meta({ description: 'Those that would be removed first, newest last.' }),
        truncated: z.boolean().meta({
          description: 'Whether there are more than are shown: more than `limit`, or than fit into a page.',
        }),
      })
      .meta({ id: 'RetentionPreview' }),
    suspended: z
      .array(
        z
          .object({
            section: z.string().meta({ description: 'As `sources` of a policy names it.' }),
            words: z.string(),
          })
          .meta({ id: 'SuspendedSection' }),
      )
      .optional()
      .meta({
        description:
          'Sections that do nothing, since their author may no longer do what they do. A draft has no author yet.',
      }),
    untrusted: z.array(UntrustedValue).optional().meta({
      description:
        'The values that rules for protected aliases ignore, of the newest versions, at most `limit` for each metric.',
    }),
    waiting: z.array(WaitingRule).optional().meta({
      description:
        'Labelling rules, of a draft too, that move a protected alias only once an admin has allowed them.',
    }),
    warnings: z
      .array(PolicyWarning)
      .optional()
      .meta({ description: 'Clauses that no object answers to now.' }),
  })
  .meta({ id: 'PolicyPreview', description: 'What a policy would do now. Nothing is changed.' });
export type PolicyPreview = z.infer<typeof PolicyPreview>;

const PreviewRequest = z
  .strictObject({
    policy: PolicyDocument.optional().meta({ description: 'A draft; absent: what stands there.' }),
  })
  .meta({ id: 'PreviewRequest' });

const previewOf = <K extends 'model' | 'namespace'>(kind: K) =>
  route({
    id: `${kind}s.policy.preview`,
    method: 'POST',
    cost: 'variable',
    path: `/v1/${kind}s/{${kind}}/policy/preview`,
    tag: 'policies',
    summary: `Say what a policy of a ${kind} would do now`,
    params: z.strictObject({ [kind]: kind === 'model' ? REFS.model : NamespacePath } as {
      [P in K]: z.ZodString;
    }),
    query: z.strictObject({ limit }),
    body: PreviewRequest,
    bodyOptional: true,
    safe: true,
    answers: { 200: PolicyPreview },
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
  .strictObject({ reason: z.string().min(1).max(2000).meta({ description: 'Why it must stay.' }) })
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
      summary: `Put a ${kind} on hold: nothing removes it`,
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
      summary: `Release a ${kind} from its hold`,
      params,
      answers: { 204: 'empty' },
      touches,
    }),
  ] as const;
};

export const previewRoutes = [previewOf('model'), previewOf('namespace')] as const;
export const holdRoutes = [...holdOf('version'), ...holdOf('checkpoint')] as const;
