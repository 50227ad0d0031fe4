import { lookup } from '@modelbox/db';
import { isUuid, parseNamespace, parseQualifiedName, parseReference } from '@modelbox/domain';
import type { ObjectKind } from '@modelbox/schema';
import type { Context } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';

/** The kinds that a name or an id finds. */
export type LocatableKind = Exclude<ObjectKind, 'alias' | 'token' | 'grant' | 'alias_protection'>;
type Row = Omit<Located, 'kind'>;
type Find = (ctx: Context, text: string, under: Located | undefined) => Promise<Row | undefined>;

/** Every write of an object records a change of it in the same transaction: its last change says which state it has. */
const lastChange = (id: string) => `(SELECT max(h.id)::text FROM changes h WHERE h.object_id = ${id})`;

const named = (table: string, alias: string, deletedAt: string, cacheTag: string) => `
  SELECT ${alias}.id, n.path AS namespace, n.id AS "namespaceId", n.id AS "parentId", ${alias}.name,
         ${deletedAt} AS "deletedAt", ${cacheTag} AS "cacheTag"
  FROM ${table} ${alias} JOIN namespaces n ON n.id = ${alias}.namespace_id`;

const VERSION = `
  SELECT v.id, n.path AS namespace, n.id AS "namespaceId", m.id AS "parentId", v.version AS name,
         coalesce(v.deleted_at, m.deleted_at) AS "deletedAt",
         concat(${lastChange('v.id')}, ' ', ARRAY(SELECT a.name FROM aliases a WHERE a.version_id = v.id ORDER BY a.name)) AS "cacheTag"
  FROM versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id`;

const byId = (kind: string, select: string, id: string) =>
  lookup<[string], Row>(`locate_${kind}_id`, ['uuid'], `${select} WHERE ${id} = $1`);
const byName = (kind: string, select: string, alias: string) =>
  lookup<[string, string], Row>(
    `locate_${kind}_name`,
    ['text', 'text'],
    `${select} WHERE n.path = $1 AND ${alias}.name = $2`,
  );

const namespaceByPath = lookup<[string], Row>(
  'locate_namespace',
  ['text'],
  `SELECT id, path AS namespace, id AS "namespaceId", parent_id AS "parentId", path AS name, NULL::timestamptz AS "deletedAt",
          NULL AS "cacheTag"
   FROM namespaces WHERE path = $1`,
);
const checkpointById = lookup<[string], Row>(
  'locate_checkpoint_id',
  ['uuid'],
  `SELECT c.id, n.path AS namespace, n.id AS "namespaceId", e.id AS "parentId", '' AS name,
          coalesce(c.deleted_at, e.deleted_at) AS "deletedAt", ${lastChange('c.id')} AS "cacheTag"
   FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id
   WHERE c.id = $1`,
);
/** An upload lies where its owner does, and is deleted with it. */
const uploadById = lookup<[string], Row>(
  'locate_upload_id',
  ['uuid'],
  `SELECT u.id, n.path AS namespace, n.id AS "namespaceId", u.object_id AS "parentId", u.path AS name, o."deletedAt",
          NULL AS "cacheTag"
   FROM uploads u, LATERAL (
     SELECT m.namespace_id, m.deleted_at AS "deletedAt" FROM models m WHERE u.object_kind = 'model' AND m.id = u.object_id
     UNION ALL
     SELECT m.namespace_id, coalesce(v.deleted_at, m.deleted_at) FROM versions v JOIN models m ON m.id = v.model_id
     WHERE u.object_kind = 'version' AND v.id = u.object_id
     UNION ALL
     SELECT e.namespace_id, e.deleted_at FROM experiments e WHERE u.object_kind = 'experiment' AND e.id = u.object_id
     UNION ALL
     SELECT e.namespace_id, coalesce(c.deleted_at, e.deleted_at) FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id
     WHERE u.object_kind = 'checkpoint' AND c.id = u.object_id) AS o
   JOIN namespaces n ON n.id = o.namespace_id
   WHERE u.id = $1`,
);
const proposalById = lookup<[string], Row>(
  'locate_proposal_id',
  ['uuid'],
  `SELECT p.id, n.path AS namespace, n.id AS "namespaceId", m.id AS "parentId", p.rule AS name, m.deleted_at AS "deletedAt",
          NULL AS "cacheTag"
   FROM proposals p JOIN models m ON m.id = p.model_id JOIN namespaces n ON n.id = m.namespace_id WHERE p.id = $1`,
);
const versionById = byId('version', VERSION, 'v.id');
const versionByName = lookup<[string, string, string], Row>(
  'locate_version_name',
  ['text', 'text', 'text'],
  `${VERSION} WHERE n.path = $1 AND m.name = $2 AND v.version = $3`,
);
const versionByAlias = lookup<[string, string, string], Row>(
  'locate_version_alias',
  ['text', 'text', 'text'],
  `${VERSION} JOIN aliases a ON a.version_id = v.id AND a.model_id = m.id WHERE n.path = $1 AND m.name = $2 AND a.name = $3`,
);
const versionOfModel = lookup<[string, string], Row>(
  'locate_version_of_model',
  ['uuid', 'text'],
  `${VERSION} WHERE v.model_id = $1 AND v.version = $2`,
);

/** A finder for the kinds that are named by an id or by namespace and name. */
function finder(
  kind: string,
  table: string,
  alias: string,
  deletedAt = `${alias}.deleted_at`,
  cacheTag = lastChange(`${alias}.id`),
): Find {
  const select = named(table, alias, deletedAt, cacheTag);
  const findById = byId(kind, select, `${alias}.id`);
  const findByName = byName(kind, select, alias);
  return async ({ db }, text, under) => {
    if (isUuid(text)) return findById(db.requests, text);
    const qualified = parseQualifiedName(text);
    if (qualified.ok) return findByName(db.requests, qualified.namespace, qualified.name);
    return under === undefined ? undefined : findByName(db.requests, under.namespace, text.normalize('NFC'));
  };
}

const FINDERS: Record<LocatableKind, Find> = {
  model: finder('model', 'models', 'm'),
  experiment: finder('experiment', 'experiments', 'e'),
  dataset: finder('dataset', 'datasets', 'd', 'NULL::timestamptz', 'NULL'),
  namespace: async ({ db }, text) => {
    const parsed = parseNamespace(text);
    return parsed.ok ? namespaceByPath(db.requests, parsed.namespace) : undefined;
  },
  upload: async ({ db }, text) => (isUuid(text) ? uploadById(db.requests, text) : undefined),
  checkpoint: async ({ db }, text) => (isUuid(text) ? checkpointById(db.requests, text) : undefined),
  proposal: async ({ db }, text) => (isUuid(text) ? proposalById(db.requests, text) : undefined),
  version: async ({ db }, text, under) => {
    if (isUuid(text)) return versionById(db.requests, text);
    const parsed = parseReference(text);
    if (!parsed.ok)
      return under === undefined ? undefined : versionOfModel(db.requests, under.id, text.normalize('NFC'));
    const { namespace, model, alias, version } = parsed.reference;
    return alias === undefined
      ? versionByName(db.requests, namespace, model, version)
      : versionByAlias(db.requests, namespace, model, alias);
  },
};

/**
 * The object that a text names: an id, or the name form of its kind. `under` is the model in which a bare version name
 * lies, or the object in whose namespace a bare dataset name does. Undefined where there is none.
 */
export async function locate(
  ctx: Context,
  kind: LocatableKind,
  text: string,
  under?: Located,
): Promise<Located | undefined> {
  const row = await FINDERS[kind](ctx, text, under);
  return row === undefined ? undefined : { kind, ...row };
}
