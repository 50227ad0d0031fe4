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
        '`ai/vision/yolo:v1`, `ai/vision/run-7`, `ai/vision/coco-val`; of a checkpoint its run and place.',
    }),
    deletedAt: Timestamp.nullable(),
  })
  .meta({ id: 'LineageNode' });

export const LineageEdge = z
  .object({
    from: Uuid.meta({ description: 'What was used.' }),
    to: Uuid.meta({ description: 'What came of it.' }),
    relation: z.enum(['trained_on', 'evaluated_on', 'promoted_from', 'written_by', 'trained_by', 'based_on']),
    digest: z.string().nullable().meta({ description: "A dataset's digest at the time." }),
  })
  .meta({ id: 'LineageEdge' });

export const Lineage = z
  .object({
    nodes: z.array(LineageNode),
    edges: z.array(LineageEdge),
    truncated: z.boolean().meta({ description: 'True where the graph is larger than the answer may be.' }),
  })
  .meta({ id: 'Lineage', description: 'What a version came from, and what came of it.' });
export type Lineage = z.infer<typeof Lineage>;

export const lineageRoutes = [
  route({
    id: 'versions.lineage',
    method: 'GET',
    cost: 'variable',
    path: '/v1/versions/{version}/lineage',
    tag: 'versions',
    summary: 'Read what a version came from, and what came of it',
    params: z.strictObject({ version: REFS.version }),
    query: z.strictObject({
      depth: z.int().min(1).max(32).optional().meta({ description: 'Steps from the version.', default: 8 }),
    }),
    answers: { 200: Lineage },
    touches: { version: { kind: 'version', at: 'params.version', permission: 'version.read' } },
  }),
] as const;
