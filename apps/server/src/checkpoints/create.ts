import type { CheckpointCreate } from '@modelbox/schema';
import type { Pool, PoolClient } from 'pg';
import type { RequestContext } from '../context.ts';
import { ensureDatasets, type MentionedDataset } from '../datasets/mentions.ts';
import { trackedRows } from '../files/rows.ts';
import { trackedFiles } from '../files/tracked.ts';
import { HttpProblem, invalidField } from '../http/problem.ts';
import type { Receipt, Reply, Verb } from '../http/verb.ts';
import { mentionsOf, pointColumns, pointsOf } from '../metrics/points.ts';
import { newId } from '../objects/ids.ts';
import type { Located, Mentioned } from '../objects/located.ts';
import { checkMetadata, tagSet } from '../objects/patch.ts';
import { lockObject } from '../objects/store.ts';
import { setColumns } from '../objects/update.ts';
import { isReadyAtOnce } from '../versions/create.ts';
import { bodyHash } from '../writes/canonical.ts';
import { byOf } from '../writes/change.ts';
import { type Sql, sqlOf, sqlOn } from '../writes/sql.ts';
import { inTransaction } from '../writes/transaction.ts';
import { isUndone } from '../writes/undone.ts';
import { replay, type Tx, write } from '../writes/write.ts';
import { freshCheckpoint } from './fresh.ts';
import { type CheckpointOutcome, insertCheckpoint, type NewCheckpoint } from './queries.ts';
import { checkpointFields, checkpoints } from './store.ts';

/** Logs a checkpoint: one statement where nothing is in the way, which is how training runs meet it. */
export const createCheckpoint: Verb<'experiments.checkpoints.create'> = async (ctx, { body, touched }) => {
  if (body.epoch == null && body.step == null) {
    throw invalidField(
      'body',
      '/epoch',
      'is required, or "step" is: a checkpoint is known by its epoch and/or step',
    );
  }
  const draft = draftOf(ctx, body, touched.experiment, touched.measured);
  if (body.replace) return replaceCheckpoint(ctx, draft);
  const outcome = await insert(ctx, draft);
  if (outcome === 'taken') return settle(ctx, draft);
  if (!outcome.claimed) return replay(ctx);
  return freshCheckpoint(draft.experiment, draft.row, outcome.latest, draft.labels);
};

/** A checkpoint to be. */
interface Draft {
  readonly experiment: Located;
  readonly row: Omit<NewCheckpoint, 'points'>;
  /** Resolves the datasets mentioned, in the caller's transaction, and gives the points as SQL takes them. */
  points(sql: Sql): Promise<string[]>;
  readonly mentions: boolean;
  /** Names of datasets by id, once the points are resolved. */
  readonly labels: Map<string, string>;
}

function draftOf(
  ctx: RequestContext,
  body: CheckpointCreate,
  experiment: Located,
  measured: readonly Mentioned[],
): Draft {
  const { replace: _, ...identity } = body;
  const points = pointsOf(body.metrics);
  const id = newId();
  const own = {
    id,
    experimentId: experiment.id,
    epoch: body.epoch ?? null,
    step: body.step ?? null,
    status: isReadyAtOnce(body) ? ('ready' as const) : ('pending' as const),
    metadata: checkMetadata(body.metadata ?? {}),
    tags: tagSet(body.tags),
  };
  const labels = new Map<string, string>();
  const noDataset = (): MentionedDataset => {
    throw new Error('a point mentions a dataset that was not located');
  };
  return {
    experiment,
    labels,
    mentions: measured.length > 0,
    row: {
      ...own,
      metadata: JSON.stringify(own.metadata),
      createHash: bodyHash(identity),
      actor: ctx.actor.name,
      now: ctx.now(),
      files: JSON.stringify(trackedRows(ctx, 'checkpoint', id, trackedFiles(body.files ?? [], 'checkpoint'))),
      namespace: experiment.namespace,
      after: JSON.stringify(checkpointFields(own)),
      by: byOf(ctx),
      idempotency: ctx.idempotency,
    },
    points: async (sql) => {
      if (measured.length === 0) return pointColumns(points, noDataset);
      const datasetOf = await ensureDatasets(sql, ctx, measured, mentionsOf(points), experiment.namespace);
      return pointColumns(points, (mention) => {
        const dataset = datasetOf(mention);
        labels.set(dataset.id, dataset.label);
        return dataset;
      });
    },
  };
}

/** `taken` where a living checkpoint has this epoch and step; then nothing is written, not even a dataset mentioned. */
async function insert(ctx: RequestContext, draft: Draft): Promise<CheckpointOutcome | 'taken'> {
  const { name, text, values } = insertCheckpoint;
  const run = async (on: Pool | PoolClient): Promise<CheckpointOutcome> => {
    const points = await draft.points(sqlOn(on));
    const { rows } = await on.query<CheckpointOutcome>({
      name,
      text,
      values: values({ ...draft.row, points }),
    });
    const [outcome] = rows;
    if (outcome === undefined || (outcome.claimed && !outcome.created)) throw new Taken();
    return outcome;
  };
  const { pool } = ctx.db;
  try {
    return await (draft.mentions ? inTransaction(pool, run) : run(pool));
  } catch (error) {
    if (error instanceof Taken || isUndone(error)) return 'taken';
    throw error;
  }
}

/** Thrown to leave a transaction that did not place its checkpoint. */
class Taken extends Error {}

/** The position is taken, or was a moment ago: the same create finds what is there, another one is refused. */
const settle = (ctx: RequestContext, draft: Draft): Promise<Receipt> =>
  write(ctx, (tx) =>
    untilPlaced(draft, async () => {
      const there = await living(tx, draft);
      if (there === null) return insertWithin(tx, draft);
      const found: Receipt = { status: 200, object: { kind: 'checkpoint', id: there.id } };
      if (draft.row.createHash.equals(there.createHash)) return found;
      throw new HttpProblem(
        'exists',
        `A checkpoint of ${positionOf(draft)} exists already, made from another request; "replace": true puts this one in its place.`,
        { id: there.id },
      );
    }),
  );

/** Deletes the living checkpoint of the same position and inserts this one, in one transaction. */
const replaceCheckpoint = (ctx: RequestContext, draft: Draft): Promise<Reply> =>
  write(ctx, (tx) =>
    untilPlaced(draft, async () => {
      const there = await living(tx, draft);
      if (there !== null) {
        // `If-Match` is about what the request makes, not about what it replaces.
        const { ifMatch: _, ...unconditional } = ctx;
        const place = { ...draft.experiment, kind: 'checkpoint', id: there.id } as const;
        const row = await lockObject(tx, unconditional, checkpoints, place);
        // Another request has deleted or replaced it while this one waited for the lock.
        if (row.deletedAt) return undefined;
        await setColumns(tx, ctx, checkpoints, draft.experiment, row, { deletedAt: ctx.now() }, 'deleted');
      }
      return insertWithin(tx, draft);
    }),
  );

/** Looks again each time that another request took or left the position between the look and the act. */
async function untilPlaced(draft: Draft, place: () => Promise<Receipt | undefined>): Promise<Receipt> {
  for (let attempt = 1; attempt <= PLACE_ATTEMPTS; attempt++) {
    const receipt = await place();
    if (receipt !== undefined) return receipt;
  }
  throw new HttpProblem(
    'conflict',
    `Other requests keep logging checkpoints of ${positionOf(draft)}; try again.`,
  );
}

const PLACE_ATTEMPTS = 20;

const living = (tx: Tx, { row }: Draft) =>
  tx.checkpoint.findFirst({
    where: { experimentId: row.experimentId, epoch: row.epoch, step: row.step, deletedAt: null },
  });

/** Undefined where another request has just taken the position. */
async function insertWithin(tx: Tx, draft: Draft): Promise<Receipt | undefined> {
  const sql = sqlOf(tx);
  const values = insertCheckpoint.values({
    ...draft.row,
    points: await draft.points(sql),
    idempotency: undefined,
  });
  const [outcome] = await sql<CheckpointOutcome>(insertCheckpoint.text, values);
  if (outcome?.lives === false)
    throw new HttpProblem('not_found', 'The experiment is deleted; it can be restored until it is purged.', {
      id: draft.experiment.id,
    });
  if (!outcome?.created) return undefined;
  return { status: 201, object: { kind: 'checkpoint', id: draft.row.id } };
}

const positionOf = ({ row }: Draft): string =>
  [row.epoch === null ? [] : `epoch ${row.epoch}`, row.step === null ? [] : `step ${row.step}`]
    .flat()
    .join(', ');
