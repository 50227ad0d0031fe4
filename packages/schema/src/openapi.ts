import { z } from 'zod';
import { ERRORS, type ErrorCode, Problem } from './errors.ts';
import { TAGS } from './resources.ts';
import { type Answer, type Route, takesIdempotencyKey, takesIfMatch } from './route.ts';
import { routeList } from './routes.ts';
import { permissionsOf, VIEWS } from './views.ts';

type Json = Record<string, unknown>;

const componentUri = (id: string) => `#/components/schemas/${id}`;

/**
 * Converts a wire schema to JSON Schema (draft 2020-12, as OpenAPI 3.1 requires). Schemas with an id become
 * references to `components`, where this function adds them.
 */
export function jsonSchema(schema: z.ZodType, components: Map<string, Json>): Json {
  const {
    $schema: _,
    $defs,
    ...own
  } = z.toJSONSchema(schema, {
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema: node }) => {
      // Every integer is a safe integer, so explicit bounds would only add noise.
      if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
      if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
      delete (node as Json).propertyNames;
      mergeNull(node as Json);
    },
  }) as Json & { $defs?: Record<string, Json> };
  for (const [id, definition] of Object.entries($defs ?? {}))
    components.set(id, withoutId(relink(definition)));
  const id = schema.meta()?.id;
  if (id === undefined) return relink(own);
  if (!('$ref' in own)) components.set(id, withoutId(relink(own)));
  return { $ref: componentUri(id) };
}

/** Merges `string or null` into one schema with two types, if nothing is lost. */
function mergeNull(node: Json): void {
  const options = node['anyOf'] as Json[] | undefined;
  const value = options?.find((option) => option['type'] !== 'null');
  if (options?.length !== 2 || value === undefined || options.every((option) => option['type'] !== 'null'))
    return;
  if (typeof value['type'] !== 'string' || 'enum' in value || 'id' in value) return;
  const { description } = node;
  delete node['anyOf'];
  Object.assign(
    node,
    value,
    { type: [value['type'], 'null'] },
    description === undefined ? {} : { description },
  );
}

const withoutId = ({ id: _, $id: __, ...rest }: Json): Json => rest;

function relink<T>(node: T): T {
  if (Array.isArray(node)) return node.map(relink) as T;
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).map(([key, value]) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#/$defs/')
      ? [key, componentUri(value.slice('#/$defs/'.length))]
      : [key, relink(value)],
  );
  return Object.fromEntries(entries) as T;
}

const BINARY = { schema: { type: 'string', format: 'binary' } };

const CONTENT: Record<Exclude<Answer, z.ZodType | 'empty'>, Json> = {
  bytes: { '*/*': BINARY },
  archive: { 'application/x-tar': BINARY, 'application/zip': BINARY },
  ndjson: { 'application/x-ndjson': BINARY },
  text: { 'text/plain': { schema: { type: 'string' } } },
  html: { 'text/html': { schema: { type: 'string' } } },
  json: { 'application/json': { schema: { type: 'object' } } },
};

/** Lists the error statuses that follow from the properties of a route. */
export function errorStatuses(route: Route): number[] {
  // Every route rejects unknown query parameters with 422.
  const statuses = new Set<number>([403, 422, 503]);
  if (!route.public) for (const status of [401, 429]) statuses.add(status);
  // The object may be missing, or hidden from the caller.
  if (route.params || Object.keys(route.touches).length > 0) statuses.add(404);
  if (route.params || route.query) statuses.add(400);
  if (route.method !== 'GET') for (const status of [400, 409, 413, 415]) statuses.add(status);
  if (takesIfMatch(route)) statuses.add(412);
  for (const status of route.errors ?? []) statuses.add(status);
  return [...statuses].filter((status) => !(status in route.answers)).sort((a, b) => a - b);
}

function parameters(route: Route, components: Map<string, Json>): Json[] {
  const from = (schema: z.ZodObject | undefined, where: 'path' | 'query' | 'header') =>
    Object.entries(schema?.shape ?? {}).map(([name, field]) => {
      const { description, ...rest } = jsonSchema(field as z.ZodType, components);
      return {
        name,
        in: where,
        required: where === 'path' || !(field as z.ZodType).safeParse(undefined).success,
        ...(description === undefined ? {} : { description }),
        schema: rest,
      };
    });
  return [
    ...from(route.params, 'path'),
    ...from(route.query, 'query'),
    ...from(route.headers, 'header'),
    ...(takesIdempotencyKey(route) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(takesIfMatch(route) ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
  ];
}

function requestBody(route: Route, components: Map<string, Json>): Json {
  if (route.body === undefined) return {};
  if (route.body === 'bytes') {
    return { requestBody: { required: true, content: { 'application/octet-stream': BINARY } } };
  }
  const media = { schema: jsonSchema(route.body, components) };
  const content: Json = { 'application/json': media };
  if (route.method === 'PATCH') content['application/merge-patch+json'] = media;
  return { requestBody: { required: route.bodyOptional !== true, content } };
}

function operation(route: Route, components: Map<string, Json>): Json {
  const responses: Json = {};
  for (const [status, answer] of Object.entries(route.answers)) {
    const content = answer === 'empty' ? {} : { content: contentOf(status, answer, components) };
    responses[status] = {
      description: STATUS_WORDS[Number(status)] ?? 'OK',
      ...(route.conditional && answer !== 'empty'
        ? { headers: { ETag: { $ref: '#/components/headers/ETag' } } }
        : {}),
      ...content,
    };
  }
  for (const status of errorStatuses(route)) responses[status] = { $ref: `#/components/responses/${status}` };
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: route.description ?? `${route.summary}.`,
    parameters: parameters(route, components),
    ...requestBody(route, components),
    responses,
  };
}

/** Lists the media types of an answer. A tar supports ranges, a zip does not. */
function contentOf(status: string, answer: Exclude<Answer, 'empty'>, components: Map<string, Json>): Json {
  if (typeof answer !== 'string') return { 'application/json': { schema: jsonSchema(answer, components) } };
  if (status !== '206') return CONTENT[answer];
  const single = answer === 'archive' ? { 'application/x-tar': BINARY } : CONTENT[answer];
  return { ...single, 'multipart/byteranges': BINARY };
}

const STATUS_WORDS: Record<number, string> = {
  200: 'Success, or the object existed already.',
  201: 'Created.',
  204: 'Success, without content.',
  206: 'The requested range or ranges.',
  304: 'Not modified.',
  307: 'The content is at `Location`.',
  503: 'Not ready.',
};

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } };
/** Headers of draft-ietf-httpapi-ratelimit-headers. */
const RATE_LIMIT = {
  'RateLimit-Policy': {
    description:
      'The limits that apply: for each its name, and `q` requests in `w` seconds. For `cost`, `q` is ' +
      'milliseconds of work.',
    schema: { type: 'string', examples: ['"identity";q=60000;w=60'] },
  },
  RateLimit: {
    description:
      'The remaining quota of each limit: `r` requests or milliseconds, and `t` seconds until it resets.',
    schema: { type: 'string', examples: ['"identity";r=0;t=40'] },
  },
};

function errorResponses(): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const [code, [status]] of Object.entries(ERRORS) as [ErrorCode, readonly [number, string]][]) {
    if (code !== 'internal') byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses: Json = {};
  for (const [status, codes] of byStatus) {
    responses[status] = {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code][1]}`).join('\n\n'),
      ...(status === 503 ? { headers: RETRY_AFTER } : {}),
      ...(status === 429 ? { headers: { ...RETRY_AFTER, ...RATE_LIMIT } } : {}),
      content: { 'application/problem+json': { schema: { $ref: componentUri('Problem') } } },
    };
  }
  return responses;
}

/** Adds the required permissions to the description of each restricted field. */
function markPermissions(components: ReadonlyMap<string, Json>): void {
  for (const [id, view] of Object.entries(VIEWS)) {
    const properties = components.get(id)?.['properties'] as Record<string, Json>;
    for (const [field, schema] of Object.entries(properties)) {
      const permissions = permissionsOf(view, field);
      if (permissions.length > 0) schema['x-permissions'] = permissions;
    }
  }
}

export function openApiDocument(version: string): Json {
  const components = new Map<string, Json>();
  jsonSchema(Problem, components);
  const paths: Record<string, Json> = {};
  for (const route of routeList) {
    const path = route.path.replace('*}', '}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, components) };
  }
  markPermissions(components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'ModelBox',
      version,
      description:
        'A self-hosted metadata service for machine-learning models: versions, files, metrics, aliases and ' +
        'policies.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'ModelBox' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: TAGS,
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: errorResponses(),
      headers: {
        ETag: { description: 'The version of the object, for `If-Match`.', schema: { type: 'string' } },
      },
      parameters: {
        IdempotencyKey: {
          name: 'Idempotency-Key',
          in: 'header',
          description:
            'The server carries out requests with the same key and body once. It stores keys for 24 hours.',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        },
        IfMatch: {
          name: 'If-Match',
          in: 'header',
          description: 'Carries out the request only if the ETag of the object is this one.',
          schema: { type: 'string', maxLength: 255 },
        },
      },
    },
  };
}
