import type { Database } from '@modelbox/db';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Telemetry } from '../../protocol/context.ts';
import { cachedFor } from '../cached-for.ts';

interface Figures {
  waiting: number;
  lag: number;
  overdue: number;
}

export function measurePolicies(registry: Registry, db: Database): Pick<Telemetry, 'decided' | 'retained'> {
  const registers = [registry];
  const decisions = new Counter({
    name: 'modelbox_policy_decisions_total',
    help: 'Decisions that this server took, by kind of rule and outcome.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const figures = cachedFor(() => policyFigures(db));
  const figure = (name: string, help: string, of: (figures: Figures) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const found = await figures();
        this.set(found ? of(found) : Number.NaN);
      },
    });
  figure(
    'modelbox_policy_work',
    'Versions, checkpoints and models that wait for the decision of a rule.',
    (f) => f.waiting,
  );
  figure('modelbox_policy_lag_seconds', 'Seconds that the oldest work of policies has waited.', (f) => f.lag);
  figure(
    'modelbox_retention_overdue_seconds',
    'Seconds since the end of the grace time of the oldest removed file that is still kept.',
    (f) => f.overdue,
  );
  const objects = new Counter({
    name: 'modelbox_retention_removed_total',
    help: 'Objects that retention deleted, or whose files it removed.',
    registers,
  });
  const bytes = new Counter({
    name: 'modelbox_retention_removed_bytes_total',
    help: 'Bytes of the files that retention removed. modelbox_blob_bytes shows how much of the store is in use.',
    registers,
  });
  return {
    decided: (kind, outcome) => decisions.inc({ kind, outcome }),
    retained: (removed, size) => {
      objects.inc(removed);
      bytes.inc(size);
    },
  };
}

async function policyFigures(db: Database): Promise<Figures> {
  const { rows } = await db.background.query<Figures>(
    `SELECT count(*)::int AS waiting, coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 AS lag,
            (SELECT coalesce(extract(epoch FROM now() - min(purge_at)), 0)::float8 FROM removed_files
             WHERE purge_at < now()) AS overdue
     FROM policy_work WHERE due_at <= now()`,
  );
  const [figures] = rows;
  if (figures === undefined) throw new Error('a count without a row');
  return figures;
}
