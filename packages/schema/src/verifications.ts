import { z } from 'zod';
import { route } from './route.ts';

export const verificationRoutes = [
  route({
    id: 'verifications.run',
    method: 'GET',
    cost: 'variable',
    path: '/v1/verification',
    tag: 'system',
    summary: 'Compare the file store with the database (administrators only)',
    description:
      'Sends one JSON object per line (NDJSON). By `type`: `progress` at least every two seconds, a ' +
      '`finding` for each fault, and one final `report`. An answer without `report` is incomplete. Like ' +
      'any read, it marks content that it finds damaged. Objects in the store without a row are reported ' +
      'and not changed.',
    query: z.strictObject({
      full: z.boolean().optional().meta({
        description:
          'Also reads all stored content and compares its SHA-256, instead of only existence and size.',
        default: false,
      }),
    }),
    answers: { 200: 'ndjson' },
    known: true,
    touches: {},
  }),
] as const;
