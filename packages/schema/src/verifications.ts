import { z } from 'zod';
import { route } from './route.ts';

export const verificationRoutes = [
  route({
    id: 'verifications.run',
    method: 'GET',
    cost: 'variable',
    path: '/v1/verification',
    tag: 'system',
    summary: 'Compare the file store with the database; for administrators',
    description:
      'One JSON object a line (NDJSON), by `type`: `progress` at least every two seconds, a `finding` each, and in the end one ' +
      '`report`. An answer without `report` broke off. As after any read that finds damage, damaged contents are marked; stored ' +
      'objects that no row knows are told and left alone.',
    query: z.strictObject({
      full: z.boolean().optional().meta({
        description: 'Also read every stored content, and compare its SHA-256; not only existence and size.',
        default: false,
      }),
    }),
    answers: { 200: 'ndjson' },
    known: true,
    touches: {},
  }),
] as const;
