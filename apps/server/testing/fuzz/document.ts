import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export type Schema = AnySchemaObject;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Response {
  readonly $ref?: string;
  readonly content?: Record<string, { schema: Schema }>;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body:
    | { readonly required: boolean; readonly content: Record<string, { schema: Schema }> }
    | undefined;
  readonly responses: Record<string, Response>;
}

type Json = Record<string, any>;

/** The committed document, from which clients are generated: the server must match it. */
export const document = JSON.parse(
  readFileSync(new URL('../../../../packages/schema/openapi.json', import.meta.url), 'utf8'),
) as Json;

export function deref<T>(node: T): T {
  const ref = (node as { $ref?: string }).$ref;
  if (ref === undefined) return node;
  let found: any = document;
  for (const part of ref.slice(2).split('/')) found = found[part];
  return found as T;
}

export const operations: readonly Operation[] = Object.entries(document['paths'] as Json).flatMap(
  ([path, item]) =>
    Object.entries(item as Json).map(
      ([method, operation]): Operation => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        parameters: (operation.parameters ?? []).map(deref),
        body: operation.requestBody,
        responses: operation.responses,
      }),
    ),
);

const ajv = new Ajv2020({ strict: false, allErrors: false });
addFormats.default(ajv);
// Any bytes are a valid file.
ajv.addFormat('binary', true);
ajv.addSchema({ $id: 'document', components: document['components'] });

const compiled = new Map<Schema, ValidateFunction>();

/** Returns why a value does not match the schema; undefined if it matches. */
export function complaint(schema: Schema, value: unknown): string | undefined {
  const validate = compiled.get(schema) ?? ajv.compile(absolute(schema));
  compiled.set(schema, validate);
  return validate(value) ? undefined : ajv.errorsText(validate.errors);
}

function absolute<T>(node: T): T {
  if (Array.isArray(node)) return node.map(absolute) as T;
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, key === '$ref' ? `document${value}` : absolute(value)]),
  ) as T;
}
