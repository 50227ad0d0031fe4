import { z } from 'zod';

export const PolicyWarning = z
  .object({
    pointer: z.string().meta({
      description: 'JSON pointer (RFC 6901) into `effective`, or into the policy that is previewed.',
    }),
    code: z
      .enum([
        'unknown_metric',
        'unknown_metadata',
        'unknown_value',
        'no_epoch',
        'no_match',
        'not_evaluated',
        'not_checked',
      ])
      .meta({
        id: 'PolicyWarningCode',
        description:
          '`unknown_metric`, `unknown_metadata`, `unknown_value`, `no_epoch`: no object in scope has the metric (on the ' +
          'dataset), the metadata key, the tag, alias or text, or an epoch. `no_match`: no object passes. `not_evaluated`: no version was evaluated on the ' +
          'dataset. `not_checked`: comparing took too long; the preview compares.',
      }),
    message: z.string().meta({ description: 'What no object has, and what the clause does therefore.' }),
  })
  .meta({
    id: 'PolicyWarning',
    description: 'A clause of a policy that asks for something that no object has now: it may be misspelt.',
  });
export type PolicyWarning = z.infer<typeof PolicyWarning>;
