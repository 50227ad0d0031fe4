import openapiTS, { astToString } from 'openapi-typescript';
import type { Document, JsonSchema } from './document.ts';
import { queryTypeName } from './names.ts';
import type { Operation } from './operations.ts';
import { HEADER } from './text.ts';

/** Generates the types of all components, and of the query of each operation with optional parameters. */
export async function emitTypes(document: Document, operations: readonly Operation[]): Promise<string> {
  const queries = operations
    .filter(hasQueryType)
    .map((operation) => [queryTypeName(operation.id), querySchema(operation)]);
  const schemas = { ...document.components.schemas, ...Object.fromEntries(queries) };
  // Only the components: the resource methods replace `paths` and `operations`.
  const input = { openapi: document.openapi, info: document.info, paths: {}, components: { schemas } };
  const nodes = await openapiTS(input, {
    alphabetize: true,
    defaultNonNullable: false,
  });
  const text = astToString(nodes);
  return `${HEADER}${text.slice(text.indexOf('export interface components'), text.indexOf('export type $defs'))}`;
}

/** Optional parameters share one argument. Required ones have their own. */
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
