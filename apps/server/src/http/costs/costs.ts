import { availableParallelism } from 'node:os';
import { type Database, DeadlineOver, isStatementTimeout, type Lease } from '@modelbox/db';
import type { Registry } from 'prom-client';
import { createPace } from '../../core/pace.ts';
import type { CallerTurns, CostBounds, Costs, RequestContext } from '../../protocol/context.ts';
import { ClientGone } from '../../protocol/errors.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Settings } from '../../protocol/settings.ts';
import { type CostFigures, measureCosts } from './cost-figures.ts';
import { type FairQueue, fairQueue, QueueFull } from './fair-queue.ts';

/** Most waiting requests of the whole server. */
const MOST_WAITING = 1_000;
/** Milliseconds of a usual list on a busy machine: a caller who sends nothing longer is never heavy. */
const USUAL = 500;
/** Milliseconds between two charges for a request that runs. */
const CHARGE_EVERY = 250;
const RETRY_LATER = { 'retry-after': '2' };

export function createCosts(settings: Settings, db: Database, turns: CallerTurns, registry: Registry): Costs {
  const queue = queueFor(settings, db.lists.options.max);
  const figures = measureCosts(registry, queue);
  const usual: CostBounds = { wait: settings.costlyWait, deadline: settings.queryTimeout };

  async function enter(ctx: RequestContext, wait: number): Promise<() => void> {
    // If the wait has no bound, the answer has begun, and no limit may end it.
    if (Number.isFinite(wait)) ctx.rateLimits.demandCost(ctx, ctx.actor);
    const asked = performance.now();
    try {
      return await queue.enter({
        caller: ctx.actor.name,
        // Requests about all namespaces share one bound, so that they never use all places.
        namespaces: ctx.about.length > 0 ? ctx.about : [''],
        isHeavy: () => !turns.isAlone(ctx.actor.name) && ctx.rateLimits.isHeavy(ctx, ctx.actor),
        wait,
        signal: ctx.signal,
      });
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      figures.refused(error.reason);
      throw refusalOf(error);
    } finally {
      figures.waited((performance.now() - asked) / 1000);
    }
  }

  return {
    async run(ctx, work, bounds) {
      const { wait, deadline } = { ...usual, ...bounds };
      const leave = await enter(ctx, wait);
      const usualEnd = performance.now() + USUAL;
      let charged = performance.now();
      const charge = () => {
        const now = performance.now();
        const longMs = Math.max(0, now - Math.max(charged, usualEnd));
        ctx.rateLimits.countCost(ctx, ctx.actor, now - charged, longMs);
        charged = now;
      };
      // A long request weighs on its caller while it runs.
      const timer = setInterval(charge, CHARGE_EVERY);
      try {
        return await onLease(ctx, deadline, work, figures);
      } finally {
        leave();
        clearInterval(timer);
        charge();
      }
    },
  };
}

/**
 * Places of all callers with much recent cost. They use at most a third of the connections, and leave a core to the
 * statements of others.
 */
const heavyPlaces = (total: number): number =>
  Math.max(1, Math.min(Math.floor(total / 3), availableParallelism() - 1));

/** An open server has one caller, so only the number of connections bounds it. */
function queueFor(settings: Settings, total: number): FairQueue {
  const isOpen = settings.auth === 'open';
  return fairQueue({
    total,
    perCaller: isOpen ? total : Math.min(settings.costlyPerCaller, total),
    perNamespace: isOpen ? total : Math.min(settings.costlyPerNamespace, total),
    heavy: isOpen ? total : heavyPlaces(total),
    mostWaiting: MOST_WAITING,
    mostWaitingPerCaller: isOpen ? MOST_WAITING : settings.costlyQueue,
  });
}

async function onLease<T>(
  ctx: RequestContext,
  deadline: number,
  work: (ctx: RequestContext) => Promise<T>,
  figures: CostFigures,
): Promise<T> {
  const ends = performance.now() + deadline;
  const lease = await ctx.db.lease(deadline);
  const goAway = () => lease.cancel(new ClientGone());
  ctx.signal.addEventListener('abort', goAway);
  const pace = createPace(() => {
    ctx.signal.throwIfAborted();
    if (performance.now() > ends) throw new DeadlineOver();
  });
  try {
    ctx.signal.throwIfAborted();
    return await work({ ...ctx, db: leasedDatabase(ctx.db, lease), pace });
  } catch (error) {
    if (ctx.signal.aborted) throw new ClientGone();
    if (!(error instanceof DeadlineOver || isStatementTimeout(error))) throw error;
    figures.refused('deadline');
    throw tooExpensive(deadline);
  } finally {
    ctx.signal.removeEventListener('abort', goAway);
    await lease.release();
  }
}

/** A database that runs every query of a costly request on its leased connection. */
const leasedDatabase = (db: Database, { pool }: Lease): Database => ({
  ...db,
  requests: pool,
  lists: pool,
  get prisma(): never {
    throw new Error(
      'a request of variable cost reads through `db.requests`: Prisma would take another connection',
    );
  },
});

const refusalOf = ({ reason }: QueueFull): HttpProblem =>
  reason === 'caller'
    ? new HttpProblem(
        'rate_limited',
        'Too many costly requests of this caller, such as lists and previews, run or wait. Send fewer at a time.',
        {},
        RETRY_LATER,
      )
    : new HttpProblem(
        'unavailable',
        'Too many costly requests of other callers, such as lists and previews, run or wait. Send ' +
          'the request again later.',
        {},
        RETRY_LATER,
      );

const tooExpensive = (deadline: number): HttpProblem =>
  new HttpProblem(
    'query_too_expensive',
    `The request takes longer than the ${deadline / 1000} s that this server allows ` +
      '(MODELBOX_QUERY_TIMEOUT). The same request ' +
      'would fail again: ask for less at a time, simplify its filter, order or policy, or use fields ' +
      'that an index serves.',
  );
