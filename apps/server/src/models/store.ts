import type { Model } from '@modelbox/db';
import type { ObjectStore } from '../objects/store.ts';

type Own = Pick<Model, 'id' | 'name' | 'owner' | 'task' | 'description' | 'tags'> & {
  metadata: unknown;
  deletedAt?: Date | null;
};

export const modelFields = (
  { id, name, owner, task, description, metadata, tags, deletedAt }: Own,
  { namespace }: { namespace: string },
) => ({
  id,
  namespace,
  name,
  owner,
  task,
  description,
  metadata,
  tags,
  deletedAt: deletedAt?.toISOString() ?? null,
});

export const models: ObjectStore<Model> = {
  kind: 'model',
  table: 'models',
  find: (tx, id) => tx.model.findUnique({ where: { id } }),
  set: (tx, id, columns) => tx.model.update({ where: { id }, data: columns }),
  fields: modelFields,
};
