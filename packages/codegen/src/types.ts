import openapiTS, { astToString } from 'openapi-typescript';
import type { Document, JsonSchema } from './document.ts';
import { queryTypeName } from './names.ts';
import type { Operation } from './operations.ts';
import { HEADER } from './text.ts';

/** The types of all components, and of the query of each operation that has optional parameters. */
export async function emitTypes(document: Document, operations: readonly Operation[]): Promise<string> {
  const queries = operations
    .filter(hasQueryType)
    .map((operation) => [queryTypeName(operation.id), querySchema(operation)]);
  const schemas = { ...document.components.schemas, ...Object.fromEntries(queries) };
  // Nothing but the components: the resource methods say all that `paths` and `operations` would.
  const input = { openapi: document.openapi, info: document.info, paths: {}, components: { schemas } };
  const nodes = await openapiTS(input, {
    alphabetize: true,
    defaultNonNullable: false,
  });
  const text = astToString(nodes);
  return `${HEADER}${text.slice(text.indexOf('export interface components'), text.indexOf('export type $defs'))}`;
}

/** Parameters that a caller may leave out are gathered in one argument; the others are arguments of their own. */
export const hasQueryType = (operation: Operation): boolean =>
  operation.query.some((parameter) => !parameter.required);

function querySchema(operation: Operation): JsonSchema {
  const optional = operation.query.filter((parameter) => !parameter.required);
  const properties = optional.map(({ name, schema, description }) => [
    name,
    { ...schema, ...(description === undefined ? {} : { description }) },
  ]);
  return { type: 'object', properties: Object.fromEntries(properties) };
}
