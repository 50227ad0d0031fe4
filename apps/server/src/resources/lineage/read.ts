import { prepared } from '@modelbox/db';
import { decideAccess } from '@modelbox/domain';
import type { Lineage } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';
import { jsonBytes } from '../../protocol/json-size.ts';
import type { Verb } from '../../protocol/verb.ts';

type Node = Lineage['nodes'][number];
type Edge = Lineage['edges'][number];
type EdgeRow = Edge & { fromKind: Node['kind'] };

/**
 * The default number of steps from the version, and the most nodes of an answer. `pageBytes` limits nodes and edges.
 */
const DEFAULT_DEPTH = 8;
const MAX_NODES = 1000;

/** All edges into or out of a set of versions. `from` was used for `to`. */
const edgesOf = prepared<[versionIds: string[], limit: number], EdgeRow>(
  'lineage_edges',
  `SELECT * FROM (
     SELECT u.dataset_id AS "from", u.version_id AS "to", 'trained_on' AS relation, u.digest, 'dataset' AS "fromKind"
     FROM version_datasets u WHERE u.version_id = ANY ($1::uuid[])
     UNION ALL
     SELECT DISTINCT s.dataset_id, s.object_id, 'evaluated_on', s.digest, 'dataset'
     FROM metric_series s WHERE s.object_id = ANY ($1::uuid[]) AND s.dataset_id IS NOT NULL
     UNION ALL
     SELECT v.source_checkpoint_id, v.id, 'promoted_from', NULL, 'checkpoint'
     FROM versions v WHERE v.id = ANY ($1::uuid[]) AND v.source_checkpoint_id IS NOT NULL
     UNION ALL
     SELECT c.experiment_id, c.id, 'written_by', NULL, 'experiment'
     FROM versions v JOIN checkpoints c ON c.id = v.source_checkpoint_id WHERE v.id = ANY ($1::uuid[])
     UNION ALL
     SELECT v.source_experiment_id, v.id, 'trained_by', NULL, 'experiment'
     FROM versions v WHERE v.id = ANY ($1::uuid[]) AND v.source_experiment_id IS NOT NULL
       AND v.source_checkpoint_id IS NULL
     UNION ALL
     SELECT v.source_version_id, v.id, 'based_on', NULL, 'version'
     FROM versions v WHERE (v.id = ANY ($1::uuid[]) OR v.source_version_id = ANY ($1::uuid[]))
       AND v.source_version_id IS NOT NULL
   ) AS edges LIMIT $2`,
);

const nodesOf = prepared<[ids: string[]], Node & { namespace: string }>(
  'lineage_nodes',
  `SELECT 'version' AS kind, v.id, n.path || '/' || m.name || ':' || v.version AS name,
     coalesce(v.deleted_at, m.deleted_at) AS "deletedAt", n.path AS namespace
   FROM versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id
   WHERE v.id = ANY ($1::uuid[])
   UNION ALL
   SELECT 'checkpoint', c.id, concat_ws(' ', n.path || '/' || e.name, 'epoch ' || c.epoch, 'step ' || c.step),
     coalesce(c.deleted_at, e.deleted_at), n.path
   FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id
   WHERE c.id = ANY ($1::uuid[])
   UNION ALL
   SELECT 'experiment', e.id, n.path || '/' || e.name, e.deleted_at, n.path
   FROM experiments e JOIN namespaces n ON n.id = e.namespace_id WHERE e.id = ANY ($1::uuid[])
   UNION ALL
   SELECT 'dataset', d.id, n.path || '/' || d.name, NULL, n.path
   FROM datasets d JOIN namespaces n ON n.id = d.namespace_id WHERE d.id = ANY ($1::uuid[])`,
);

/**
 * Walks from the version to its sources and to versions that derive from it, one step of versions at a time. Nodes that
 * the caller may not see are left out, with their edges and everything that is reachable only through them.
 */
export const readLineage: Verb<'versions.lineage'> = async (ctx, { query, touched: { version } }) => {
  const { requests } = ctx.db;
  const edges = new Map<string, Edge>();
  const nodes = new Map((await visibleNodes(ctx, [version.id])).map((node) => [node.id, node]));
  const seen = new Set([version.id]);
  let truncated = false;
  let bytes = 0;
  let frontier = [version.id];
  for (let depth = query.depth ?? DEFAULT_DEPTH; frontier.length > 0; depth--) {
    if (depth === 0) {
      truncated = true;
      break;
    }
    const rows = await edgesOf(requests, frontier, MAX_NODES + 1);
    truncated ||= rows.length > MAX_NODES;
    const found = rows.slice(0, MAX_NODES);
    const fresh = [...new Set(found.flatMap(({ from, to }) => [from, to]))].filter((id) => !seen.has(id));
    for (const id of fresh) seen.add(id);
    for (const node of await visibleNodes(ctx, fresh)) nodes.set(node.id, node);
    for (const edge of edgesBetween(nodes, found)) {
      edges.set(`${edge.from} ${edge.to} ${edge.relation} ${edge.digest}`, edge);
      bytes += jsonBytes(edge);
    }
    for (const id of fresh) bytes += jsonBytes(nodes.get(id));
    frontier = fresh.filter((id) => nodes.get(id)?.kind === 'version');
    if (seen.size > MAX_NODES || bytes > ctx.settings.pageBytes) {
      truncated = true;
      break;
    }
  }
  return { status: 200, body: { nodes: [...nodes.values()], edges: [...edges.values()], truncated } };
};

/** Returns the edges that have both ends in `nodes`. */
const edgesBetween = (nodes: ReadonlyMap<string, Node>, rows: readonly EdgeRow[]): Edge[] =>
  rows.filter(({ from, to }) => nodes.has(from) && nodes.has(to)).map(({ fromKind: _, ...edge }) => edge);

async function visibleNodes({ db, actor }: RequestContext, ids: string[]): Promise<Node[]> {
  if (ids.length === 0) return [];
  const rows = await nodesOf(db.requests, ids);
  return rows
    .filter(({ kind, namespace }) => decideAccess(actor, `${kind}.read`, namespace) === 'allowed')
    .map(({ namespace: _, ...node }) => ({
      ...node,
      deletedAt: node.deletedAt && new Date(node.deletedAt).toISOString(),
    }));
}
