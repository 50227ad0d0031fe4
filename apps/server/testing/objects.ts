import type { OwnerKind } from '@modelbox/schema';
import type { TestAnswer, TestServer } from './test-server.ts';

/** Creates objects through HTTP, and reads the changes that they leave. */

let made = 0;
export const freshName = (prefix: string): string => `${prefix}-${++made}`;

async function create(server: TestServer, path: string, body: object): Promise<any> {
  const answer: TestAnswer = await server.api('POST', path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export const newModel = (server: TestServer, fields: object = {}): Promise<any> =>
  create(server, '/v1/models', { namespace: 'ai/vision', name: freshName('model'), ...fields });

export const newVersion = async (server: TestServer, fields: object = {}): Promise<any> => {
  const model = await newModel(server);
  return create(server, `/v1/models/${model.id}/versions`, { version: 'v1', ...fields });
};

export const newExperiment = (server: TestServer, fields: object = {}): Promise<any> =>
  create(server, '/v1/experiments', { namespace: 'ai/vision', name: freshName('run'), ...fields });

export const newCheckpoint = async (
  server: TestServer,
  fields: object = {},
  experiment?: { id: string },
): Promise<any> => {
  const { id } = experiment ?? (await newExperiment(server));
  return create(server, `/v1/experiments/${id}/checkpoints`, { epoch: 1, ...fields });
};

/** Creates an object of a kind that owns files, metrics, metadata and events. Versions and checkpoints are pending. */
export const newOwner = (server: TestServer, kind: OwnerKind, fields: object = {}): Promise<any> =>
  ({ model: newModel, version: newVersion, experiment: newExperiment, checkpoint: newCheckpoint })[kind](
    server,
    fields,
  );

export interface RecordedChange {
  id: string;
  action: string;
  before: any;
  after: any;
  detail: any;
  actor: string;
}

export const changesOf = async ({ db }: TestServer, objectId: string): Promise<RecordedChange[]> =>
  (
    await db.requests.query<RecordedChange>(
      'SELECT id::text, action, before, after, detail, actor FROM changes c WHERE object_id = $1 ORDER BY c.id',
      [objectId],
    )
  ).rows;
