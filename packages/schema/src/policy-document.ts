import { z } from 'zod';
import { FilePath, FileRole } from './files.ts';
import { FILTER_MAX_LENGTH } from './lists.ts';
import { MetricKey } from './metrics.ts';
import { AliasName, RuleName, Tag } from './primitives.ts';

/** The policy document. The server checks the rest by meaning: filters, exclusive options, names. */

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
    'A dataset: a bare name in the namespace of the model or experiment, or `ns/name`. It must exist.',
});
const Direction = z.enum(['max', 'min']).meta({
  id: 'MetricDirection',
  description: 'Whether higher or lower values are better.',
});
const Per = z.enum(['experiment', 'all']).meta({ id: 'PolicyScope' });

export const PolicyAmount = z
  .strictObject({
    abs: z.number().min(0).optional().meta({ description: 'An absolute amount, in the unit of the metric.' }),
    rel: z
      .number()
      .min(0)
      .optional()
      .meta({ description: 'A relative amount, as a fraction of the other value.' }),
  })
  .meta({ id: 'PolicyAmount', description: 'An amount: either `abs` or `rel`.' });

const measured = { metric: MetricKey, dataset: DatasetName.optional(), direction: Direction };

export const EvaluateRule = z
  .strictObject({ dataset: DatasetName })
  .meta({ id: 'EvaluateRule', description: 'A dataset that every version must be evaluated on.' });

export const LabelRule = z
  .strictObject({
    name: RuleName,
    alias: AliasName.optional().meta({
      description: 'The alias that the rule assigns. Set either `alias` or `tag`.',
    }),
    tag: Tag.optional().meta({ description: 'The tag that the rule adds; or `alias`.' }),
    ...measured,
    than: z
      .union([
        z.enum(['holder', 'any']).meta({ id: 'Opponent' }),
        z.number().meta({ id: 'Bound', description: 'A fixed bound.' }),
      ])
      .optional()
      .meta({
        description: 'The value to beat: that of the alias holder, of any other version, or a fixed bound.',
        default: 'holder',
      }),
    margin: PolicyAmount.optional().meta({
      description: 'The minimum improvement, which must be exceeded. Default: any improvement.',
    }),
    notWorse: z
      .array(
        z.strictObject({ ...measured, tolerance: PolicyAmount.optional() }).meta({
          id: 'NotWorse',
          description: 'A metric in which the version must not be worse than the holder.',
        }),
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
          .meta({ id: 'RequiredFile', description: 'A required file, by either role or path.' }),
      )
      .max(64)
      .optional(),
    evaluated: z.boolean().optional().meta({
      description:
        'Whether the version must be evaluated on all datasets that the policy lists in `evaluate`.',
      default: true,
    }),
    minAge: Duration.optional().meta({ description: 'The minimum time since the version became ready.' }),
    mode: z.enum(['auto', 'propose']).optional().meta({
      description: '`auto`: the rule acts itself. `propose`: the rule proposes, and a person decides.',
      default: 'auto',
    }),
  })
  .meta({
    id: 'LabelRule',
    description: 'Assigns an alias or a tag to the version that beats the others and passes all clauses.',
  });
export type LabelRule = z.infer<typeof LabelRule>;

export const PromoteRule = z
  .strictObject({
    name: RuleName.optional(),
    experiments: Filter.optional().meta({
      description: 'A filter for the experiments in the namespace of the model and below. Default: all.',
    }),
    ...measured,
    per: Per.optional().meta({
      description:
        '`experiment`: the best checkpoint of each experiment. `all`: the best of all experiments.',
      default: 'experiment',
    }),
    filter: Filter.optional().meta({ description: 'A filter that the checkpoint must pass.' }),
    at: z
      .enum(['once', 'finish'])
      .optional()
      .meta({
        description:
          '`once`: promote as soon as a checkpoint is the best. `finish`: promote when the experiment has ' +
          'finished.',
        default: 'finish',
      }),
    version: z
      .string()
      .normalize('NFC')
      .min(1)
      .max(256)
      .meta({
        description:
          'A template for the name of the version, with the placeholders `{experiment}`, `{epoch}`, ' +
          '`{step}` and `{model}`.',
        examples: ['{experiment}-e{epoch}'],
      }),
  })
  .meta({
    id: 'PromoteRule',
    description: 'Promotes the best checkpoint of experiments to a version of the model.',
  });
export type PromoteRule = z.infer<typeof PromoteRule>;

export const KeepClause = z
  .strictObject({
    best: z.int().optional().meta({ description: 'Keeps this number of the best objects, by `metric`.' }),
    latest: z.int().optional().meta({ description: 'Keeps this number of the latest objects.' }),
    everyEpoch: z
      .int()
      .optional()
      .meta({ description: 'Keeps each epoch that is a multiple of this number.' }),
    youngerThan: Duration.optional(),
    filter: Filter.optional(),
    metric: MetricKey.optional(),
    dataset: DatasetName.optional(),
    direction: Direction.optional(),
    per: Per.optional().meta({
      description:
        'Whether the number applies to each experiment or to all together. Default: `experiment` for ' +
        'checkpoints, `all` for versions.',
    }),
  })
  .meta({
    id: 'KeepClause',
    description:
      'Exactly one of `best` (with `metric`, `direction` and optionally `dataset` and `per`), `latest` ' +
      '(optionally with `per`), `everyEpoch`, `youngerThan` and `filter`.',
  });

export const RetainRule = z
  .strictObject({
    keep: z
      .array(KeepClause)
      .max(32)
      .refine(
        (keep) => keep.length > 0,
        'must keep something: an empty list would remove everything that is not protected. To keep ' +
          'nothing, write [{"youngerThan": "PT1S"}]; to remove nothing, leave the section out',
      )
      .meta({ minItems: 1, description: 'Clauses. An object that any clause keeps is not removed.' }),
    remove: z.enum(['files', 'object']).meta({
      description: 'Whether to remove the files of all other objects, or the objects themselves.',
    }),
    grace: Duration.optional().meta({
      description: 'The time in which removed files and objects can be restored.',
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
          description: 'Only in a namespace policy: the retention of the checkpoints of its experiments.',
        }),
      })
      .optional()
      .meta({ id: 'Retain' }),
    staleAfter: Duration.optional().meta({
      description:
        'Only in a namespace policy: a running experiment without activity for this time is aborted.',
    }),
  })
  .meta({
    id: 'PolicyDocument',
    description:
      'Rules that the server applies to models and experiments. For each section the nearest policy ' +
      'applies: that of the model, then those of its namespaces, from the innermost. Without a policy, ' +
      'nothing is labelled, promoted or removed.',
  });
export type PolicyDocument = z.infer<typeof PolicyDocument>;

const named = <At extends string>(at: At, under = 'owner') =>
  ({ kind: 'dataset', at, under, permission: 'dataset.read', optional: true }) as const;

/**
 * The datasets that a labelling rule names. A dataset that is missing or hidden from the caller is an error of the
 * policy; both errors have the same text, so that the error does not reveal hidden datasets.
 */
export const labelTouches = <At extends string>(at: At, under?: string) =>
  ({ labelled: named(`${at}.dataset`, under), notWorse: named(`${at}.notWorse[].dataset`, under) }) as const;

export const policyTouches = <At extends string>(at: At) =>
  ({
    evaluated: named(`${at}.evaluate[].dataset`),
    ...labelTouches(`${at}.label[]`),
    promoted: named(`${at}.promote[].dataset`),
    keptVersions: named(`${at}.retain.versions.keep[].dataset`),
    keptCheckpoints: named(`${at}.retain.checkpoints.keep[].dataset`),
  }) as const;
