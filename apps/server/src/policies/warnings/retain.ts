import {
  type AskedName,
  askedNames,
  defaultPer,
  type KeepClause,
  type RetainRule,
  undecidedWords,
} from '@modelbox/domain';
import type { PolicyWarning } from '@modelbox/schema';
import type { Sql } from '../../writes/sql.ts';
import { hasFilterName, hasMetric, passesFilter } from './conditions.ts';
import {
  type Below,
  type Condition,
  checkpointsBelow,
  countGroups,
  type Range,
  versionsBelow,
} from './ranges.ts';

const CODES = { metric: 'unknown_metric', metadata: 'unknown_metadata', epoch: 'no_epoch' } as const;

/** Clauses of `keep` that name what nothing has, and so keep everything; and those that keep nothing. */
export async function retainWarnings(
  sql: Sql,
  below: Below,
  kind: 'version' | 'checkpoint',
  rule: RetainRule,
): Promise<PolicyWarning[]> {
  const section = `p.document->'retain' ? '${kind}s'`;
  const all = kind === 'version' ? versionsBelow(below, section) : checkpointsBelow(below, section);
  const range = { ...all, where: `${all.where} AND ${all.t}.files_removed_at IS NULL` };
  const warnings: PolicyWarning[] = [];
  for (const place of rule.keep.keys())
    warnings.push(...(await clauseWarnings(sql, below, range, { kind, rule, place })));
  return warnings;
}

interface Placed {
  readonly kind: 'version' | 'checkpoint';
  readonly rule: RetainRule;
  readonly place: number;
}

async function clauseWarnings(
  sql: Sql,
  below: Below,
  range: Range,
  placed: Placed,
): Promise<PolicyWarning[]> {
  const { kind, rule, place } = placed;
  const clause = rule.keep[place] as KeepClause;
  const names = askedNames(clause, range.schema);
  const matches = matchOf(clause);
  if (names.length === 0 && matches === undefined) return [];
  const conditions = [
    ...names.map((name) => conditionOf(below, clause, name)),
    ...(matches ? [matches.condition] : []),
  ];
  const { group, noun } = groupsOf(below, placed);
  const { groups, hits } = await countGroups(sql, range, group, conditions);
  const at = `/retain/${kind}s/keep/${place}`;
  const missing = names.flatMap((name, index) => {
    const having = hits[index] ?? 0;
    // A metadata key is looked for in all that the rule ranges over, as the plan does.
    const lacking = name.kind === 'metadata' && kind === 'checkpoint' && having > 0 ? 0 : groups - having;
    if (lacking === 0) return [];
    const words = undecidedWords({ kind, rule }, { place, name, missing: lacking, of: groups }, noun);
    const pointer = `${at}/${clause.best === undefined ? (matches?.member ?? '') : 'metric'}`;
    return [{ pointer, code: CODES[name.kind], message: sentence(words), isAll: lacking === groups }];
  });
  const warnings: PolicyWarning[] = missing.map(({ isAll: _, ...warning }) => warning);
  if (matches && groups > 0 && hits.at(-1) === 0 && !missing.some(({ isAll }) => isAll)) {
    const message = `No ${kind} ${matches.words}: keep[${place}] keeps nothing now.`;
    warnings.push({ pointer: `${at}/${matches.member}`, code: 'no_match', message });
  }
  return warnings;
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

/** What a clause keeps by a value that objects may not have. */
function matchOf({ filter, everyEpoch }: KeepClause) {
  if (filter !== undefined)
    return { member: 'filter', words: 'passes the filter', condition: passesFilter(filter) } as const;
  if (everyEpoch === undefined) return undefined;
  const condition: Condition = ({ t }, values) =>
    `(${epochSql(t)} % $${values.push(everyEpoch)}::bigint = 0) IS TRUE`;
  return { member: 'everyEpoch', words: `has an epoch that ${everyEpoch} divides`, condition } as const;
}

const epochSql = (t: string): string =>
  t === 'c' ? 'c.epoch' : '(SELECT k.epoch FROM checkpoints k WHERE k.id = v.source_checkpoint_id)';

function conditionOf(below: Below, clause: KeepClause, name: AskedName): Condition {
  if (name.kind === 'epoch') return ({ t }) => `${epochSql(t)} IS NOT NULL`;
  return clause.best !== undefined && name.kind === 'metric' ? hasMetric(below, name) : hasFilterName(name);
}

/** What a clause decides apart: each experiment, or each model; and their noun if there may be several. */
function groupsOf(below: Below, { kind, rule, place }: Placed): { group: string; noun: string | null } {
  const per = rule.keep[place]?.per ?? defaultPer(kind);
  if (kind === 'checkpoint')
    return per === 'all' ? { group: '()', noun: null } : { group: 'c.experiment_id', noun: 'experiment' };
  if (per === 'experiment') return { group: 'v.model_id, v.source_experiment_id', noun: 'experiment' };
  return { group: 'v.model_id', noun: below.kind === 'model' ? null : 'model' };
}
