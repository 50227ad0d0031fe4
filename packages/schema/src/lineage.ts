import { z } from 'zod';
import { Timestamp, Uuid } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';

export const LineageNode = z
  .object({
    kind: z.enum(['version', 'checkpoint', 'experiment', 'dataset']),
    id: Uuid,
    name: z.string().meta({
      description:
        'The name: `ai/vision/yolo:v1`, `ai/vision/run-7` or `ai/vision/coco-val`. For a checkpoint, its ' +
        'run with epoch and step.',
    }),
    deletedAt: Timestamp.nullable(),
  })
  .meta({ id: 'LineageNode' });

export const LineageEdge = z
  .object({
    from: Uuid.meta({ description: 'The id of the object that was used.' }),
    to: Uuid.meta({ description: 'The id of the object that resulted.' }),
    relation: z.enum(['trained_on', 'evaluated_on', 'promoted_from', 'written_by', 'trained_by', 'based_on']),
    digest: z.string().nullable().meta({ description: 'The digest of the dataset at the time of use.' }),
  })
  .meta({ id: 'LineageEdge' });

export const Lineage = z
  .object({
    nodes: z.array(LineageNode),
    edges: z.array(LineageEdge),
    truncated: z
      .boolean()
      .meta({ description: 'Whether the graph was cut because it is too large for the answer.' }),
  })
  .meta({ id: 'Lineage', description: 'The origins and the descendants of a version.' });
export type Lineage = z.infer<typeof Lineage>;

export const lineageRoutes = [
  route({
    id: 'versions.lineage',
    method: 'GET',
    cost: 'variable',
    path: '/v1/versions/{version}/lineage',
    tag: 'versions',
    summary: 'Read the lineage of a version: its origins and descendants',
    params: z.strictObject({ version: REFS.version }),
    query: z.strictObject({
      depth: z
        .int()
        .min(1)
        .max(32)
        .optional()
        .meta({ description: 'The maximum distance from the version.', default: 8 }),
    }),
    answers: { 200: Lineage },
    touches: { version: { kind: 'version', at: 'params.version', permission: 'version.read' } },
  }),
] as const;
