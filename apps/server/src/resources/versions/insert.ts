import { createHash } from 'node:crypto';
import { type Prisma, sqlOf, type Tx } from '@modelbox/db';
import { formatReference } from '@modelbox/domain';
import type { VersionCreate } from '@modelbox/schema';
import { newId } from '../../core/names/ids.ts';
import { demandVisible } from '../../core/objects/new-name.ts';
import { checkMetadata, tagSet } from '../../core/objects/patch.ts';
import { lockLivingForShare, lockSource } from '../../core/objects/store.ts';
import { recordChange } from '../../core/writes/change.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located, Mentioned } from '../../protocol/located.ts';
import { HttpProblem, invalidField } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { type Move, moveAlias } from '../aliases/move.ts';
import { type DatasetMention, ensureDatasets } from '../datasets/mentions.ts';
import { claimantOf } from '../metrics/claimant.ts';
import { demandVisibleKeys } from '../metrics/new-keys.ts';
import { mentionsOf, type PointInput, pointColumns } from '../metrics/points.ts';
import { demandMayMove } from '../protected-aliases/demand.ts';
import { versionFields } from './store.ts';

export interface NewVersion {
  readonly model: Located;
  readonly body: Pick<
    VersionCreate,
    | 'version'
    | 'name'
    | 'description'
    | 'framework'
    | 'metadata'
    | 'metrics'
    | 'tags'
    | 'aliases'
    | 'datasets'
  >;
  readonly createHash: Buffer;
  readonly isReady: boolean;
  readonly cause: Extract<Move['cause'], 'create' | 'promote'>;
  readonly source: { checkpointId: string | null; experimentId: string | null; versionId: string | null };
  readonly points: readonly PointInput[];
  readonly datasets: readonly Mentioned[];
  fill(tx: Tx, versionId: string): Promise<LoggedMetrics | undefined>;
}

/** Inserts a version with its files, metrics, datasets and aliases. A repeated create returns the existing version. */
export async function insertVersion(tx: Tx, ctx: RequestContext, input: NewVersion): Promise<Receipt> {
  const { model, body } = input;
  if (!(await lockLivingForShare(tx, 'models', model.id)))
    throw new HttpProblem('not_found', `The model ${model.name} is deleted. Restore it first.`, {
      id: model.id,
    });
  await lockSources(tx, input.source);
  const row = rowOf(ctx, input);
  const { count } = await tx.version.createMany({ data: [row], skipDuplicates: true });
  if (count === 0) return existing(tx, input);
  demandVisible('body', '/version', body.version);
  demandVisibleKeys(body.metrics);
  // Checked after the insert, because a purge between an earlier check and the insert would free the name.
  await demandUnused(tx, model, body.version);
  const copied = await input.fill(tx, row.id);
  const logged = await useDatasets(tx, ctx, input, row.id);
  await recordChange(tx, ctx, {
    kind: 'version',
    id: row.id,
    namespace: model.namespace,
    action: 'created',
    after: versionFields(row),
    ...metricsDetail([copied, logged]),
  });
  if (input.isReady)
    await takeAliases(tx, ctx, model, body.aliases ?? [], { id: row.id, version: row.version }, input.cause);
  // `finalize` checks the protections again. This check only tells the caller early.
  else for (const alias of row.pendingAliases) await demandMayMove(tx, ctx, model, alias, 'caller');
  return { status: 201, object: { kind: 'version', id: row.id } };
}

async function lockSources(tx: Tx, source: NewVersion['source']): Promise<void> {
  if (source.checkpointId !== null) await lockSource(tx, 'checkpoint', source.checkpointId);
  if (source.experimentId !== null) await lockSource(tx, 'experiment', source.experimentId);
  if (source.versionId !== null) await lockSource(tx, 'version', source.versionId);
}

function rowOf(ctx: RequestContext, { model, body, createHash, isReady, source }: NewVersion) {
  return {
    id: newId(ctx),
    modelId: model.id,
    version: body.version,
    name: body.name ?? null,
    description: body.description ?? null,
    framework: body.framework ?? null,
    status: isReady ? 'ready' : 'pending',
    metadata: checkMetadata(body.metadata ?? {}) as Prisma.InputJsonObject,
    tags: tagSet(body.tags),
    pendingAliases: isReady ? [] : tagSet(body.aliases),
    sourceCheckpointId: source.checkpointId,
    sourceExperimentId: source.experimentId,
    sourceVersionId: source.versionId,
    createHash: new Uint8Array(createHash),
    createdBy: ctx.actor.name,
    createdAt: ctx.now(),
    updatedAt: ctx.now(),
    readyAt: isReady ? ctx.now() : null,
  };
}

/** Throws 409 if a purged version had this name, because names are never reused. */
async function demandUnused(tx: Tx, model: Located, version: string): Promise<void> {
  const reference = formatReference({ namespace: model.namespace, model: model.name, version });
  const hash = new Uint8Array(createHash('sha256').update(reference).digest());
  const retired = await tx.retiredVersion.findUnique({ where: { hash } });
  if (retired) throw nameRetired(reference, { id: retired.id });
}

const nameRetired = (reference: string, version: { id?: string } = {}): HttpProblem =>
  new HttpProblem(
    'name_retired',
    `${reference} was a version that is purged. A version name is never reused; choose another name.`,
    version,
  );

async function existing(tx: Tx, { model, body, createHash }: NewVersion): Promise<Receipt> {
  const there = await tx.version.findUnique({
    where: { modelId_version: { modelId: model.id, version: body.version } },
  });
  const name = formatReference({ namespace: model.namespace, model: model.name, version: body.version });
  if (there === null) throw nameRetired(name);
  if (there.deletedAt)
    throw new HttpProblem(
      'deleted',
      `${name} is deleted and keeps its name. Restore it, or choose another name.`,
      { id: there.id },
    );
  if (createHash.equals(there.createHash)) return { status: 200, object: { kind: 'version', id: there.id } };
  throw new HttpProblem(
    'exists',
    `${name} already exists and differs from this request. Choose another name.`,
    { id: there.id },
  );
}

async function useDatasets(
  tx: Tx,
  ctx: RequestContext,
  { model, body, points, datasets }: NewVersion,
  versionId: string,
): Promise<LoggedMetrics | undefined> {
  const used: DatasetMention[] = body.datasets ?? [];
  const datasetOf = await ensureDatasets(
    sqlOf(tx),
    ctx,
    datasets,
    [...used, ...mentionsOf(points)],
    model.namespace,
  );
  const rows = used.map((mention, position) => {
    const { id, digest } = datasetOf(mention);
    return { versionId, datasetId: id, position, digest };
  });
  demandOneDigest(rows);
  if (rows.length > 0) await tx.versionDataset.createMany({ data: rows, skipDuplicates: true });
  if (points.length === 0) return undefined;
  const columns = pointColumns(points, datasetOf);
  const [logged] = await tx.$queryRaw<LoggedMetrics[]>`
    SELECT changed, latest FROM log_metrics_within(
      'version', ${versionId}::uuid, ${model.id}::uuid, ${columns}::text[],
      ${ctx.settings.metricKeys}::integer)`;
  const { principals, role } = claimantOf(ctx, model.namespace);
  await tx.$queryRaw`
    SELECT claim_metrics(${versionId}::uuid, ${model.id}::uuid, ${columns}::text[], ${principals}::text[], ${role})`;
  return logged;
}

/** The result of `log_metrics`: the number of changed points, and the latest values that it set. */
export interface LoggedMetrics {
  readonly changed: number;
  readonly latest: readonly unknown[];
}

/** Records initial metrics in the same form as later metrics, so that the history of a version is complete. */
const metricsDetail = (logged: readonly (LoggedMetrics | undefined)[]): { detail?: object } => {
  const points = logged.reduce((sum, each) => sum + (each?.changed ?? 0), 0);
  return points === 0 ? {} : { detail: { points, latest: logged.flatMap((each) => each?.latest ?? []) } };
};

/** A version uses a dataset once. A duplicate is harmless, but a second digest would be lost silently, so it is 422. */
function demandOneDigest(
  rows: readonly { datasetId: string; position: number; digest: string | null }[],
): void {
  const digests = new Map<string, string | null>();
  for (const { datasetId, position, digest } of rows) {
    const first = digests.get(datasetId);
    if (first !== undefined && first !== digest)
      throw invalidField('body', `/datasets/${position}`, 'names a dataset twice, with different digests');
    digests.set(datasetId, digest);
  }
}

/** Sets aliases on a ready version in order of name, so that two requests do not deadlock. */
export async function takeAliases(
  tx: Tx,
  ctx: RequestContext,
  model: Pick<Located, 'id' | 'namespace'>,
  aliases: readonly string[],
  holder: { id: string; version: string },
  cause: Move['cause'],
): Promise<void> {
  for (const alias of tagSet(aliases)) await moveAlias(tx, ctx, { model, alias, cause }, holder);
}
