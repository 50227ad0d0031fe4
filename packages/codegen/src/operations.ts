import { type Document, type DocumentOperation, type Parameter, refName } from './document.ts';

/** The kind of answer of a client method. `page`: a paged list. */
export type Result =
  | { readonly form: 'json' | 'page'; readonly type: string }
  | { readonly form: 'empty' | 'bytes' | 'text' };

/** One method of the client, as the document describes it. */
export interface Operation {
  /** The operation id, which is the path of the method: `models.versions.list`. */
  readonly id: string;
  readonly method: string;
  /** `/v1/models/{model}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly pathParameters: readonly Parameter[];
  readonly query: readonly Parameter[];
  /** The component of the body, or `bytes` for the content of a file. Absent also if the body has no fields. */
  readonly body:
    | { readonly form: 'json'; readonly type: string; readonly required: boolean }
    | { readonly form: 'bytes' | 'none' };
  readonly result: Result;
  /** Statuses from 400 that are not errors. */
  readonly alsoAnswers: readonly number[];
  readonly takesIdempotencyKey: boolean;
  readonly takesIfMatch: boolean;
}

/** Pages for people, which programs do not need. */
const NOT_FOR_PROGRAMS = new Set(['system.docs', 'system.docsAsset']);

/** The operations with a client method, in the order of the document. */
export function readOperations(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => !NOT_FOR_PROGRAMS.has(operation.operationId))
      .map(([method, operation]) => readOperation(document, path, method.toUpperCase(), operation)),
  );
}

function readOperation(
  document: Document,
  path: string,
  method: string,
  operation: DocumentOperation,
): Operation {
  const named = operation.parameters.filter((parameter) => 'name' in parameter);
  const shared = operation.parameters.flatMap((parameter) =>
    '$ref' in parameter ? [refName(parameter.$ref)] : [],
  );
  return {
    id: operation.operationId,
    method,
    path,
    tag: operation.tags[0] ?? '',
    summary: operation.summary,
    description: operation.description,
    pathParameters: named.filter((parameter) => parameter.in === 'path'),
    query: named.filter((parameter) => parameter.in === 'query' && !parameter.schema['x-not-in-client']),
    body: readBody(operation),
    result: readResult(document, operation),
    alsoAnswers: answers(operation)
      .filter((answer) => answer.status >= 400)
      .map((answer) => answer.status),
    takesIdempotencyKey: shared.includes('IdempotencyKey'),
    takesIfMatch: shared.includes('IfMatch'),
  };
}

function readBody({ operationId, requestBody }: DocumentOperation): Operation['body'] {
  if (!requestBody) return { form: 'none' };
  const schema = requestBody.content['application/json']?.schema;
  if (!schema) return { form: 'bytes' };
  if (schema.$ref) return { form: 'json', type: refName(schema.$ref), required: requestBody.required };
  if (Object.keys(schema.properties ?? {}).length === 0) return { form: 'none' };
  throw new Error(`The body of ${operationId} is not a component: give its schema an id.`);
}

function readResult(document: Document, operation: DocumentOperation): Result {
  const first = answers(operation)[0];
  if (!first?.content) return { form: 'empty' };
  const json = first.content['application/json']?.schema;
  if (!json) return { form: 'text/plain' in first.content ? 'text' : 'bytes' };
  if (!json.$ref) return { form: 'json', type: 'Record<string, unknown>' };
  const properties = document.components.schemas[refName(json.$ref)]?.properties;
  const item = properties?.['nextCursor'] && properties['items']?.items?.$ref;
  return item ? { form: 'page', type: refName(item) } : { form: 'json', type: refName(json.$ref) };
}

/** The responses of the operation itself. Error responses are shared. */
const answers = (operation: DocumentOperation) =>
  Object.entries(operation.responses).flatMap(([status, response]) =>
    '$ref' in response ? [] : [{ status: Number(status), content: response.content }],
  );
