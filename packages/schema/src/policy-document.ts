import { z } from 'zod';
import { FilePath, FileRole } from './files.ts';
import { FILTER_MAX_LENGTH } from './lists.ts';
import { MetricKey } from './metrics.ts';
import { AliasName, RuleName, Tag } from './primitives.ts';

/** What a policy says. What can be checked only by its meaning (a filter, an exclusive choice) is checked by the server. */

const Duration = z
  .string()
  .max(64)
  .regex(/^P(?!$)/, 'must be an ISO 8601 duration, for example "P7D" or "PT12H"')
  .meta({
    description: 'An ISO 8601 duration of weeks, days, hours, minutes and seconds: `P7D`, `PT12H`.',
    examples: ['P7D'],
  });
const Filter = z
  .string()
  .min(1)
  .max(FILTER_MAX_LENGTH)
  .meta({ description: 'An expression in the filter language.' });
const DatasetName = z.string().normalize('NFC').min(1).max(700).meta({
  description:
    "A dataset: a bare name lies in the model's or experiment's namespace, `ns/name` anywhere. It must exist.",
});
const Direction = z.enum(['max', 'min']).meta({
  id: 'MetricDirection',
  description: 'Whether more is better, or less.',
});
const Per = z.enum(['experiment', 'all']).meta({ id: 'PolicyScope' });

/** By how much; exactly one of the two. */
export const PolicyAmount = z
  .strictObject({
    abs: z.number().min(0).optional().meta({ description: 'In the unit of the metric.' }),
    rel: z.number().min(0).optional().meta({ description: 'As a share of the value compared with.' }),
  })
  .meta({ id: 'PolicyAmount', description: 'An amount: `abs` or `rel`, one of the two.' });

const measured = { metric: MetricKey, dataset: DatasetName.optional(), direction: Direction };

export const EvaluateRule = z
  .strictObject({ dataset: DatasetName })
  .meta({ id: 'EvaluateRule', description: 'A dataset that every version must be evaluated on.' });

export const LabelRule = z
  .strictObject({
    name: RuleName,
    alias: AliasName.optional().meta({ description: 'The alias that the rule gives; or `tag`.' }),
    tag: Tag.optional().meta({ description: 'The tag that the rule adds; or `alias`.' }),
    ...measured,
    than: z
      .union([
        z.enum(['holder', 'any']).meta({ id: 'Opponent' }),
        z.number().meta({ id: 'Bound', description: 'A fixed bound.' }),
      ])
      .optional()
      .meta({
        description:
          'What the metric must be better than: the present holder, any other version, or a fixed bound.',
        default: 'holder',
      }),
    margin: PolicyAmount.optional().meta({ description: 'By more than this. Default: by anything.' }),
    notWorse: z
      .array(
        z
          .strictObject({ ...measured, tolerance: PolicyAmount.optional() })
          .meta({ id: 'NotWorse', description: 'A metric in which it must not be worse than the holder.' }),
      )
      .max(64)
      .optional(),
    filter: Filter.optional(),
    files: z
      .array(
        z
          .strictObject({
            role: FileRole.optional(),
            path: FilePath.optional(),
          })
          .meta({ id: 'RequiredFile', description: 'A file by its role or by its path, one of the two.' }),
      )
      .max(64)
      .optional(),
    evaluated: z.boolean().optional().meta({
      description: 'Whether it must have been evaluated on all datasets that the policy names in `evaluate`.',
      default: true,
    }),
    minAge: Duration.optional().meta({ description: 'Since it became ready.' }),
    mode: z.enum(['auto', 'propose']).optional().meta({
      description: 'Whether the rule acts by itself, or proposes and a person decides.',
      default: 'auto',
    }),
  })
  .meta({
    id: 'LabelRule',
    description: 'Gives an alias or a tag to the version that is better and meets all else.',
  });
export type LabelRule = z.infer<typeof LabelRule>;

export const PromoteRule = z
  .strictObject({
    name: RuleName.optional(),
    experiments: Filter.optional().meta({
      description: "Which experiments in the model's namespace and below it. Default: all.",
    }),
    ...measured,
    per: Per.optional().meta({
      description: 'The best of its experiment, or of all that match.',
      default: 'experiment',
    }),
    filter: Filter.optional().meta({ description: 'What the checkpoint must meet.' }),
    at: z.enum(['once', 'finish']).optional().meta({
      description: 'As soon as it is the best, or when the experiment has finished.',
      default: 'finish',
    }),
    version: z
      .string()
      .normalize('NFC')
      .min(1)
      .max(256)
      .meta({
        description:
          'The name of the version: `{experiment}`, `{epoch}`, `{step}` and `{model}` are replaced.',
        examples: ['{experiment}-e{epoch}'],
      }),
  })
  .meta({
    id: 'PromoteRule',
    description: 'Makes the best checkpoint of experiments a version of the model.',
  });
export type PromoteRule = z.infer<typeof PromoteRule>;

export const KeepClause = z
  .strictObject({
    best: z.int().optional().meta({ description: 'The best so many, by `metric`.' }),
    latest: z.int().optional().meta({ description: 'The latest so many.' }),
    everyEpoch: z.int().optional().meta({ description: 'Every so manieth epoch.' }),
    youngerThan: Duration.optional(),
    filter: Filter.optional(),
    metric: MetricKey.optional(),
    dataset: DatasetName.optional(),
    direction: Direction.optional(),
    per: Per.optional().meta({
      description:
        'Of each experiment, or over all. Default: `experiment` for checkpoints, `all` for versions.',
    }),
  })
  .meta({
    id: 'KeepClause',
    description:
      'Exactly one of `best` (with `metric`, `direction`, and perhaps `dataset` and `per`), `latest` (perhaps with `per`), ' +
      '`everyEpoch`, `youngerThan` and `filter`.',
  });

export const RetainRule = z
  .strictObject({
    keep: z
      .array(KeepClause)
      .max(32)
      .refine(
        (keep) => keep.length > 0,
        'must keep something: an empty list would remove all that is not protected. To keep nothing on purpose, ' +
          'write [{"youngerThan": "PT1S"}]; to remove nothing, leave the section out',
      )
      .meta({ minItems: 1, description: 'What any of these keeps stays.' }),
    remove: z.enum(['files', 'object']).meta({
      description: 'What goes of the rest: its files, or the whole object.',
    }),
    grace: Duration.optional().meta({
      description: 'How long what was removed can be restored.',
      default: 'P7D',
    }),
  })
  .meta({ id: 'RetainRule' });
export type RetainRule = z.infer<typeof RetainRule>;

export const PolicyDocument = z
  .strictObject({
    evaluate: z.array(EvaluateRule).max(64).optional(),
    label: z.array(LabelRule).max(64).optional(),
    promote: z.array(PromoteRule).max(32).optional(),
    retain: z
      .strictObject({
        versions: RetainRule.optional(),
        checkpoints: RetainRule.optional().meta({
          description: "Of namespaces: their experiments' checkpoints.",
        }),
      })
      .optional()
      .meta({ id: 'Retain' }),
    staleAfter: Duration.optional().meta({
      description: 'Of namespaces: a running experiment of which nothing is heard for so long is aborted.',
    }),
  })
  .meta({
    id: 'PolicyDocument',
    description:
      'What the service does with what training produces. Of each section the nearest counts, the model first, then its ' +
      'namespaces from below; without any, nothing is ever labelled, promoted or removed.',
  });
export type PolicyDocument = z.infer<typeof PolicyDocument>;

const named = <At extends string>(at: At, under = 'owner') =>
  ({ kind: 'dataset', at, under, permission: 'dataset.read', optional: true }) as const;

/**
 * The datasets that a labelling rule names. One that is not there is a fault of the policy, and so is one that the caller
 * must not know of: the same in words.
 */
export const labelTouches = <At extends string>(at: At, under?: string) =>
  ({ labelled: named(`${at}.dataset`, under), notWorse: named(`${at}.notWorse[].dataset`, under) }) as const;

/** The datasets that a policy names. */
export const policyTouches = <At extends string>(at: At) =>
  ({
    evaluated: named(`${at}.evaluate[].dataset`),
    ...labelTouches(`${at}.label[]`),
    promoted: named(`${at}.promote[].dataset`),
    keptVersions: named(`${at}.retain.versions.keep[].dataset`),
    keptCheckpoints: named(`${at}.retain.checkpoints.keep[].dataset`),
  }) as const;
