import type { Verdict } from './label.ts';

/** `v7 is not champion: its mAP on coco-val, 0.61, is not better than that of v5, 0.64.` */
export function labelWords(version: string, label: string, verdict: Verdict): string {
  const shown = verdict.clauses.filter(({ holds, clause }) => (verdict.holds ? clause !== 'ready' : !holds));
  const why = shown.map(({ words }) => words).join('; ');
  return `${version} is ${verdict.holds ? '' : 'not '}to be ${label}: ${why}.`;
}
