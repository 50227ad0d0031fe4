import { z } from 'zod';
import { Timestamp } from './primitives.ts';

export const Hold = z
  .object({ reason: z.string(), by: z.string(), at: Timestamp })
  .meta({ id: 'Hold', description: 'Nothing removes what is on hold.' });
export type Hold = z.infer<typeof Hold>;

/** What retention shows on a version or checkpoint. */
export const retained = {
  hold: Hold.nullable(),
  filesRemovedAt: Timestamp.nullable().meta({
    description: 'When retention took its stored files; `restore` brings them back for a while.',
  }),
};
