import { Prisma, type Sql } from '@modelbox/db';
import {
  type EvaluateRule,
  type LabelRule,
  metricWords,
  nameWords,
  type PromoteRule,
  parseFilter,
} from '@modelbox/domain';
import type { PolicyWarning } from '@modelbox/schema';
import { experimentSchema } from '../../resources/experiments/filter-schema.ts';
import { passes } from '../retention/scope.ts';
import { hasFilterName, hasMetric, isEvaluatedOn, namesIn, passesFilter } from './conditions.ts';
import {
  type Below,
  type Condition,
  checkpointsBelow,
  countGroups,
  experimentsBelow,
  type Range,
  versionsBelow,
} from './ranges.ts';

/** A condition on the objects of a range, and the warning if no object meets it. */
interface Check extends PolicyWarning {
  readonly condition: Condition;
}

async function warn(sql: Sql, range: Range, checks: readonly Check[]): Promise<PolicyWarning[]> {
  if (checks.length === 0) return [];
  const conditions = checks.map(({ condition }) => condition);
  const { groups, hits } = await countGroups(sql, range, '()', conditions);
  return groups === 0
    ? []
    : checks.flatMap(({ condition: _, ...warning }, index) => (hits[index] === 0 ? [warning] : []));
}

export function evaluateWarnings(
  sql: Sql,
  below: Below,
  rules: readonly EvaluateRule[],
): Promise<PolicyWarning[]> {
  const checks = rules.map(
    ({ dataset }, index): Check => ({
      pointer: `/evaluate/${index}/dataset`,
      code: 'not_evaluated',
      message: `No version was evaluated on ${dataset} yet: rules that demand it wait.`,
      condition: isEvaluatedOn(below, dataset),
    }),
  );
  return warn(sql, versionsBelow(below, `p.document ? 'evaluate'`), checks);
}

/** Warns about labelling rules that ask for something that no version has. */
export function labelWarnings(sql: Sql, below: Below, rules: readonly LabelRule[]): Promise<PolicyWarning[]> {
  const range = versionsBelow(below, `p.document ? 'label'`);
  const checks = rules.flatMap((rule, index) => {
    const at = `/label/${index}`;
    const effect = `the rule gives ${rule.alias ?? `'${rule.tag}'`} to no version now`;
    return [
      metricCheck(below, rule, at, 'version', effect),
      ...(rule.notWorse ?? []).map((other, index) =>
        metricCheck(below, other, `${at}/notWorse/${index}`, 'version', 'this clause stops no version now'),
      ),
      ...filterChecks(rule.filter, range, `${at}/filter`, 'version', effect),
      ...(rule.files ?? []).map(({ role, path }, index): Check => {
        const what = path === undefined ? `a file with the role ${role}` : `the file ${path}`;
        return {
          pointer: `${at}/files/${index}`,
          code: 'no_match',
          message: `No version has ${what}: ${effect}.`,
          condition: ({ t }) =>
            Prisma.sql`EXISTS (
              SELECT 1 FROM files f WHERE f.object_id = ${Prisma.raw(t)}.id
                AND ${Prisma.raw(path === undefined ? 'f.role' : 'f.path')} = ${path ?? role}::text)`,
        };
      }),
    ];
  });
  return warn(sql, range, checks);
}

/** Warns about promotion rules that ask for something that no experiment or checkpoint has. */
export async function promoteWarnings(
  sql: Sql,
  below: Below,
  rules: readonly PromoteRule[],
): Promise<PolicyWarning[]> {
  const effect = 'the rule promotes nothing now';
  const warnings: PolicyWarning[] = [];
  for (const [index, rule] of rules.entries()) {
    const at = `/promote/${index}`;
    const sources = filterChecks(
      rule.experiments,
      experimentsBelow(below),
      `${at}/experiments`,
      'experiment',
      effect,
    );
    const found = await warn(sql, experimentsBelow(below), sources);
    warnings.push(...found);
    if (found.length > 0) continue;
    const range = narrowed(checkpointsBelow(below), rule.experiments);
    warnings.push(
      ...(await warn(sql, range, [
        metricCheck(below, rule, at, 'checkpoint', effect),
        ...filterChecks(rule.filter, range, `${at}/filter`, 'checkpoint', effect),
      ])),
    );
  }
  return warnings;
}

/** Limits a range to checkpoints of experiments that pass a filter. */
function narrowed(range: Range, experiments: string | undefined): Range {
  if (experiments === undefined) return range;
  const { namespaceId } = range;
  const condition = passes(parseFilter(experiments, experimentSchema), {
    schema: experimentSchema,
    namespaceId,
  });
  return { ...range, where: Prisma.sql`${range.where} AND ${condition}` };
}

function metricCheck(
  below: Below,
  measured: { readonly metric: string; readonly dataset?: string | undefined },
  at: string,
  noun: string,
  effect: string,
): Check {
  return {
    pointer: `${at}/metric`,
    code: 'unknown_metric',
    message: `No ${noun} has the metric ${metricWords(measured)}: ${effect}.`,
    condition: hasMetric(below, measured),
  };
}

/** Checks each name that a filter asks for, and whether any object passes the filter. */
function filterChecks(
  filter: string | undefined,
  range: Range,
  pointer: string,
  noun: string,
  effect: string,
): Check[] {
  if (filter === undefined) return [];
  return [
    ...namesIn(filter, range).map(
      (name): Check => ({
        pointer,
        code: name.kind === 'metric' ? 'unknown_metric' : 'unknown_metadata',
        message: `No ${noun} has ${nameWords(name)}: comparisons with it are never true.`,
        condition: hasFilterName(name),
      }),
    ),
    {
      pointer,
      code: 'no_match',
      message: `No ${noun} passes the filter: ${effect}.`,
      condition: passesFilter(filter),
    },
  ];
}
