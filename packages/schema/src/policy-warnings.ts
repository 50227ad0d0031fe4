import { z } from 'zod';

export const PolicyWarning = z
  .object({
    pointer: z.string().meta({
      description: 'A JSON pointer (RFC 6901) into `effective`, or into the previewed policy.',
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
          '`unknown_metric`, `unknown_metadata`, `unknown_value`, `no_epoch`: no object in scope has the ' +
          'metric (on the dataset), the metadata key, the tag, alias or text, or an epoch. `no_match`: ' +
          'no object passes the filter. `not_evaluated`: no version was evaluated on the dataset. ' +
          '`not_checked`: the check took too long; the preview repeats it.',
      }),
    message: z.string().meta({ description: 'The missing fact, and its effect on the clause.' }),
  })
  .meta({
    id: 'PolicyWarning',
    description: 'A policy clause that no object matches now, for example because of a typing error.',
  });
export type PolicyWarning = z.infer<typeof PolicyWarning>;
