import { Prisma, type Sql } from '@modelbox/db';
import {
  type AskedName,
  askedNames,
  defaultPer,
  isMark,
  type KeepClause,
  type RetainRule,
  type Undecided,
  undecidedWords,
  withoutImplied,
} from '@modelbox/domain';
import type { PolicyWarning } from '@modelbox/schema';
import { hasFilterName, hasMetric, passesFilter } from './conditions.ts';
import {
  type Below,
  type Condition,
  checkpointsBelow,
  countGroups,
  type Range,
  versionsBelow,
} from './ranges.ts';

const CODES = {
  metric: 'unknown_metric',
  metadata: 'unknown_metadata',
  value: 'unknown_value',
  epoch: 'no_epoch',
} as const;

/** Warns about `keep` clauses that keep everything because a name or value is missing, or that keep nothing. */
export async function retainWarnings(
  sql: Sql,
  below: Below,
  kind: 'version' | 'checkpoint',
  rule: RetainRule,
): Promise<PolicyWarning[]> {
  const section = `p.document->'retain' ? '${kind}s'`;
  const all = kind === 'version' ? versionsBelow(below, section) : checkpointsBelow(below, section);
  const range = { ...all, where: Prisma.sql`${all.where} AND ${Prisma.raw(all.t)}.files_removed_at IS NULL` };
  const asked = rule.keep.flatMap((clause, clauseIndex) =>
    askOf(below, range, { kind, rule, clause, clauseIndex }),
  );
  const warnings = new Map<number, PolicyWarning[]>();
  // Clauses with the same grouping share one scan.
  for (const group of new Set(asked.map((each) => each.group))) {
    const clauses = asked.filter((each) => each.group === group);
    const { groups, hits } = await countGroups(
      sql,
      range,
      group,
      clauses.flatMap(({ conditions }) => conditions),
    );
    let first = 0;
    for (const each of clauses) {
      const end = first + each.conditions.length;
      warnings.set(each.clauseIndex, clauseWarnings(each, groups, hits.slice(first, end)));
      first = end;
    }
  }
  return asked.flatMap(({ clauseIndex }) => warnings.get(clauseIndex) ?? []);
}

interface IndexedClause {
  readonly kind: 'version' | 'checkpoint';
  readonly rule: RetainRule;
  readonly clause: KeepClause;
  readonly clauseIndex: number;
}

/** The conditions of a clause: first one per name, last whether the clause keeps an object by a value. */
interface Asked extends IndexedClause {
  readonly names: readonly AskedName[];
  readonly match: ReturnType<typeof matchOf>;
  readonly group: string;
  readonly noun: string | null;
  readonly conditions: readonly Condition[];
}

function askOf(below: Below, range: Range, placed: IndexedClause): Asked[] {
  const { clause } = placed;
  const names = askedNames(clause, range.schema);
  const match = matchOf(clause);
  const conditions = [
    ...names.map((name) => conditionOf(below, clause, name)),
    ...(match ? [match.condition] : []),
  ];
  return conditions.length === 0 ? [] : [{ ...placed, names, match, conditions, ...groupsOf(below, placed) }];
}

/** @param hits for each condition, the number of groups with an object that meets it. */
function clauseWarnings(asked: Asked, groups: number, hits: readonly number[]): PolicyWarning[] {
  const { kind, rule, clause, clauseIndex, names, match, noun } = asked;
  const at = `/retain/${kind}s/keep/${clauseIndex}`;
  const lacking = names.flatMap((name, index): Undecided[] => {
    const having = hits[index] ?? 0;
    // The plan looks for a mark in all checkpoints of its scope.
    const missing = isMark(name) && kind === 'checkpoint' && having > 0 ? 0 : groups - having;
    return missing === 0 ? [] : [{ clauseIndex, name, missing, of: groups }];
  });
  const pointer = `${at}/${clause.best === undefined ? (match?.member ?? '') : 'metric'}`;
  const warnings = withoutImplied(lacking).map((each): PolicyWarning => {
    const words = undecidedWords({ kind, rule }, each, noun);
    return { pointer, code: CODES[each.name.kind], message: sentence(words) };
  });
  if (match && groups > 0 && hits.at(-1) === 0 && !lacking.some(({ missing }) => missing === groups)) {
    const message = `No ${kind} ${match.words}: keep[${clauseIndex}] keeps nothing now.`;
    warnings.push({ pointer: `${at}/${match.member}`, code: 'no_match', message });
  }
  return warnings;
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

function matchOf({ filter, everyEpoch }: KeepClause) {
  if (filter !== undefined)
    return { member: 'filter', words: 'passes the filter', condition: passesFilter(filter) } as const;
  if (everyEpoch === undefined) return undefined;
  const condition: Condition = ({ t }) => Prisma.sql`(${epochSql(t)} % ${everyEpoch}::bigint = 0) IS TRUE`;
  return { member: 'everyEpoch', words: `has an epoch that ${everyEpoch} divides`, condition } as const;
}

const epochSql = (t: string): Prisma.Sql =>
  t === 'c'
    ? Prisma.sql`c.epoch`
    : Prisma.sql`(SELECT k.epoch FROM checkpoints k WHERE k.id = v.source_checkpoint_id)`;

function conditionOf(below: Below, clause: KeepClause, name: AskedName): Condition {
  if (name.kind === 'epoch') return ({ t }) => Prisma.sql`${epochSql(t)} IS NOT NULL`;
  return clause.best !== undefined && name.kind === 'metric' ? hasMetric(below, name) : hasFilterName(name);
}

/** Returns the grouping of a clause, by experiment or model, and the noun if there can be several groups. */
function groupsOf(
  below: Below,
  { kind, rule, clauseIndex }: IndexedClause,
): { group: string; noun: string | null } {
  const per = rule.keep[clauseIndex]?.per ?? defaultPer(kind);
  if (kind === 'checkpoint')
    return per === 'all' ? { group: '()', noun: null } : { group: 'c.experiment_id', noun: 'experiment' };
  if (per === 'experiment') return { group: 'v.model_id, v.source_experiment_id', noun: 'experiment' };
  return { group: 'v.model_id', noun: below.kind === 'model' ? null : 'model' };
}
