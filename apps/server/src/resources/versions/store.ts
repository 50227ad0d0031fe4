import type { Version } from '@modelbox/db';
import { lookup } from '@modelbox/db';
import { isUuid, parseReference } from '@modelbox/domain';
import { byId, type Found, lastChange } from '../../core/names/finder.ts';
import type { Find } from '../../protocol/context.ts';
import type { ObjectStore } from '../../protocol/kinds.ts';

type Own = Pick<
  Version,
  'id' | 'modelId' | 'version' | 'name' | 'description' | 'framework' | 'status' | 'tags'
> &
  Pick<Version, 'sourceCheckpointId' | 'sourceExperimentId' | 'sourceVersionId'> & {
    metadata: unknown;
    deletedAt?: Date | null;
  };

export const versionFields = (row: Own) => ({
  id: row.id,
  modelId: row.modelId,
  version: row.version,
  name: row.name,
  description: row.description,
  framework: row.framework,
  status: row.status,
  metadata: row.metadata,
  tags: row.tags,
  sourceCheckpointId: row.sourceCheckpointId,
  sourceExperimentId: row.sourceExperimentId,
  sourceVersionId: row.sourceVersionId,
  deletedAt: row.deletedAt?.toISOString() ?? null,
});

export const versions: ObjectStore<Version> = {
  kind: 'version',
  find: (tx, id) => tx.version.findUnique({ where: { id } }),
  set: (tx, id, columns) => tx.version.update({ where: { id }, data: columns }),
  fields: versionFields,
};

const SELECT = `
  SELECT v.id, n.path AS namespace, n.id AS "namespaceId", m.id AS "parentId", v.version AS name,
         coalesce(v.deleted_at, m.deleted_at) AS "deletedAt",
         concat(${lastChange('v.id')}, ' ',
           ARRAY(SELECT a.name FROM aliases a WHERE a.version_id = v.id ORDER BY a.name)) AS "cacheTag"
  FROM versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id`;

const versionById = byId('version', SELECT, 'v.id');
const versionByName = lookup<[string, string, string], Found>(
  'locate_version_name',
  ['text', 'text', 'text'],
  `${SELECT} WHERE n.path = $1 AND m.name = $2 AND v.version = $3`,
);
const versionByAlias = lookup<[string, string, string], Found>(
  'locate_version_alias',
  ['text', 'text', 'text'],
  `${SELECT} JOIN aliases a ON a.version_id = v.id AND a.model_id = m.id
     WHERE n.path = $1 AND m.name = $2 AND a.name = $3`,
);
const versionOfModel = lookup<[string, string], Found>(
  'locate_version_of_model',
  ['uuid', 'text'],
  `${SELECT} WHERE v.model_id = $1 AND v.version = $2`,
);

export const findVersion: Find = async ({ db }, text, under) => {
  if (isUuid(text)) return versionById(db.requests, text);
  const parsed = parseReference(text);
  if (!parsed.ok)
    return under === undefined ? undefined : versionOfModel(db.requests, under.id, text.normalize('NFC'));
  const { namespace, model, alias, version } = parsed.reference;
  return alias === undefined
    ? versionByName(db.requests, namespace, model, version)
    : versionByAlias(db.requests, namespace, model, alias);
};
