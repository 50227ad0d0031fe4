import { cpus, totalmem, type } from 'node:os';
import type { Line } from '../benchmark.ts';
import { median } from './median.ts';

export function report(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.what,
    line.ours,
    line.baseline,
    line.ratios.length === 0
      ? ''
      : `**${ratio(median(line.ratios))}** (${ratio(Math.min(...line.ratios))}-${ratio(Math.max(...line.ratios))})`,
    targetOf(line),
    line.note ?? '',
  ]);
  const head = ['what', 'ModelBox', 'baseline', 'ratio (spread)', 'target', 'also'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const ratio = (value: number): string => value.toFixed(2);

function targetOf({ target, ratios }: Line): string {
  if (target === undefined) return '';
  const reached = median(ratios);
  if ('atLeast' in target) return `≥ ${target.atLeast}: ${reached >= target.atLeast ? 'met' : 'missed'}`;
  return `≤ ${target.atMost}: ${reached <= target.atMost ? 'met' : 'missed'}`;
}

export function machine(postgres: string): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = cpu?.model.trim() || 'unnamed CPU';
  return (
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${model}, ${memory} GiB, ${type()} ` +
    `${process.arch}, Node ${process.version}, Postgres ${postgres}`
  );
}

/** A short rate for the table: `12,345/s`. */
export const perSecond = (rate: number): string =>
  `${rate.toLocaleString('en', { maximumFractionDigits: rate < 100 ? 1 : 0 })}/s`;

/** CPU times as a note: `CPU µs each: server 120, Postgres 300`. Empty if none is known. */
export function cpuNote(label: string, cpu: Readonly<Record<string, number>>): string {
  const known = Object.entries(cpu).filter(([, micros]) => Number.isFinite(micros));
  if (known.length === 0) return '';
  return `${label}: ${known.map(([who, micros]) => `${who} ${Math.round(micros).toLocaleString('en')}`).join(', ')}`;
}
