import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { FairQueue } from './fair-queue.ts';

/** Metrics of requests whose cost their callers decide. */
export interface CostFigures {
  /** Counts a request that got no turn, or did not end in time. */
  refused(reason: 'caller' | 'server' | 'deadline'): void;
  waited(seconds: number): void;
}

export function measureCosts(registry: Registry, queue: FairQueue): CostFigures {
  const registers = [registry];
  new Gauge({
    name: 'modelbox_costly_requests',
    help: 'Requests whose cost their callers decide, by state: running or waiting.',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'running' }, queue.running);
      this.set({ state: 'waiting' }, queue.waiting);
    },
  });
  const waits = new Histogram({
    name: 'modelbox_costly_wait_seconds',
    help: 'Time that requests of variable cost waited for their turn.',
    buckets: [0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const refusals = new Counter({
    name: 'modelbox_costly_refused_total',
    help: 'Refused requests of variable cost: `caller` and `server` got no turn in time, `deadline` took too long.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of ['caller', 'server', 'deadline']) refusals.inc({ reason }, 0);
  return { refused: (reason) => refusals.inc({ reason }), waited: (seconds) => waits.observe(seconds) };
}
