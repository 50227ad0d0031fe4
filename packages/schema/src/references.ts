import { z } from 'zod';
import { File } from './files.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';
import { Version } from './versions.ts';
import { hidden } from './views.ts';

const ResolvedFile = File.extend({
  url: z.string().meta({
    description:
      'The location of the content: the download path on this server, or the `uri` of a tracked file.',
  }),
}).meta({ id: 'ResolvedFile' });

export const Resolution = z
  .object({
    reference: z.string().meta({ description: 'The canonical reference, `ai/vision/yolo:v1`.' }),
    version: Version,
    files: z.array(ResolvedFile).meta({ description: 'All files, by path.' }),
    hidden,
  })
  .meta({ id: 'Resolution', description: 'The version that a reference resolves to now.' });
export type Resolution = z.infer<typeof Resolution>;

export const referenceRoutes = [
  route({
    id: 'resolve',
    method: 'GET',
    cost: 'fixed',
    path: '/v1/resolve',
    tag: 'references',
    summary: 'Resolve a reference to a ready version and its files',
    query: z.strictObject({ ref: REFS.version.meta({ examples: ['ai/vision/yolo@prod'] }) }),
    answers: { 200: Resolution },
    touches: { version: { kind: 'version', at: 'query.ref', permission: 'version.read' } },
    errors: [404, 409],
  }),
] as const;
