import { z } from 'zod';
import { Timestamp } from './primitives.ts';

export const Hold = z
  .object({ reason: z.string(), by: z.string(), at: Timestamp })
  .meta({ id: 'Hold', description: 'A hold: retention never removes the object.' });
export type Hold = z.infer<typeof Hold>;

export const retained = {
  hold: Hold.nullable(),
  filesRemovedAt: Timestamp.nullable().meta({
    description:
      'The time at which retention removed the stored files. `restore` brings them back within the grace ' +
      'time.',
  }),
};
