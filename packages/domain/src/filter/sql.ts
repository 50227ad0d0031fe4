import type { CompareOperator, Condition, Filter, IsNull, Member, MetricRef, Term } from './ast.ts';
import { collectParams, type Params, type Sql } from './params.ts';
import type { SqlMetric, SqlSchema, SqlSet } from './schema.ts';
import { metadataIsNull, metadataMember, metadataTerm } from './sql-metadata.ts';
import { scalarTerm } from './sql-scalar.ts';

interface Compile {
  schema: SqlSchema;
  params: Params;
}

const OPPOSITE: Readonly<Record<CompareOperator, CompareOperator>> = {
  '=': '!=',
  '!=': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

/**
 * Compiles to a boolean SQL expression that is true for exactly the rows on which `evaluateFilter` is true;
 * elsewhere it is false or NULL, which a WHERE treats alike. All that came from the user is in `params`, and
 * nothing in the SQL can fail on any data. `firstParam` is the number of the first placeholder. `namespaceId` is the
 * namespace of all objects, if the metrics of the schema ask for it. The filter
 * must have been parsed under the same schema.
 */
export function compileFilter(filter: Filter, schema: SqlSchema, firstParam = 1, namespaceId?: string): Sql {
  const compile = { schema, params: collectParams(firstParam, namespaceId) };
  const sql = filter.condition === null ? 'TRUE' : compileCondition(compile, filter.condition, false);
  return { sql, params: compile.params.values };
}

/**
 * Pushes negation down to the terms: `NOT (a AND b)` becomes `NOT a OR NOT b`, `NOT x < 1` becomes `x >= 1`. A term
 * then need not distinguish false from unknown, so indexes can serve it.
 */
function compileCondition(compile: Compile, node: Condition, negated: boolean): string {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const word = (node.kind === 'and') === negated ? ' OR ' : ' AND ';
      return `(${node.terms.map((term) => compileCondition(compile, term, negated)).join(word)})`;
    }
    case 'not':
      return compileCondition(compile, node.term, !negated);
    case 'compare':
    case 'in':
    case 'like':
    case 'member':
    case 'null':
      return `(${compileTerm(compile, negated ? opposite(node) : node)})`;
  }
}

function opposite(node: Term): Term {
  if (node.kind === 'compare') return { ...node, operator: OPPOSITE[node.operator] };
  return { ...node, negated: !node.negated };
}

function compileTerm(compile: Compile, node: Term): string {
  if (node.kind === 'member') return compileMember(compile, node);
  if (node.kind === 'null') return compileIsNull(compile, node);
  const { schema, params } = compile;
  switch (node.ref.kind) {
    case 'metadata':
      return metadataTerm(node, node.ref, metadataColumn(schema), params);
    case 'field':
      return scalarTerm(node, fieldSql(schema, node.ref.name), params);
    case 'metric':
      return onMetric(compile, node.ref, (value) => scalarTerm(node, value, params));
  }
}

function compileMember({ schema, params }: Compile, node: Member): string {
  if (node.ref.kind === 'metadata') return metadataMember(node, node.ref, metadataColumn(schema), params);
  const word = params.add(String(node.value.value), 'text');
  return not(node.negated, (schema[node.ref.name] as SqlSet).contains(word));
}

function compileIsNull(compile: Compile, node: IsNull): string {
  const { schema, params } = compile;
  switch (node.ref.kind) {
    case 'set':
      return not(node.negated, (schema[node.ref.name] as SqlSet).empty);
    case 'metadata':
      return metadataIsNull(node, node.ref, metadataColumn(schema), params);
    case 'field':
      return `${fieldSql(schema, node.ref.name)} IS ${node.negated ? 'NOT ' : ''}NULL`;
    case 'metric':
      return not(
        !node.negated,
        onMetric(compile, node.ref, (value) => `${value} IS NOT NULL`),
      );
  }
}

function onMetric({ schema, params }: Compile, ref: MetricRef, test: (value: string) => string): string {
  const metric = schema.metric as SqlMetric;
  if (metric.exists === undefined) return test(metricSql(schema, ref, params));
  const passes = (value: string) => `(${test(`(${value})`)})`;
  return metric.exists(...metricName(ref, params), passes, params.namespaceId);
}

function not(negated: boolean, sql: string): string {
  return negated ? `NOT (${sql})` : sql;
}

/** The expression of a field. Parsing ensured that the schema has it. */
export function fieldSql(schema: SqlSchema, name: string): string {
  return `(${schema.fields[name]?.sql})`;
}

export function metricSql(schema: SqlSchema, ref: MetricRef, params: Params): string {
  return `(${(schema.metric as SqlMetric).value(...metricName(ref, params), params.namespaceId)})`;
}

export function metadataColumn(schema: SqlSchema): string {
  return `(${schema.metadata})`;
}

function metricName(ref: MetricRef, params: Params): [string, string | null] {
  return [params.add(ref.key, 'text'), ref.dataset === null ? null : params.add(ref.dataset, 'text')];
}
