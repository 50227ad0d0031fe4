import { describe, expect, test } from 'vitest';
import type { Document, DocumentOperation } from './document.ts';
import { emitMethod } from './methods.ts';
import { readOperations } from './operations.ts';

const operation = (more: Partial<DocumentOperation> & { operationId: string }): DocumentOperation => ({
  tags: ['things'],
  summary: 'Do a thing',
  description: 'Do a thing.',
  parameters: [],
  responses: { 204: {}, 404: { $ref: '#/components/responses/404' } },
  ...more,
});
const json = (name: string) => ({
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
});
const parameter = (name: string, where: 'path' | 'query', required: boolean) => ({
  name,
  in: where,
  required,
  schema: { type: 'string' },
});

/** The method that the client gets for one operation. */
function method(path: string, verb: string, one: DocumentOperation): string {
  const page = { properties: { items: { items: { $ref: '#/components/schemas/Thing' } }, nextCursor: {} } };
  const document: Document = {
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    tags: [],
    paths: { [path]: { [verb]: one } },
    components: { schemas: { Thing: { type: 'object' }, ThingPage: page } },
  };
  return readOperations(document)
    .map((found) => emitMethod(found).text)
    .join('');
}

describe('a method', () => {
  test('has path parameters, body and the options that the route supports, if it writes', () => {
    const text = method(
      '/v1/things/{thing}',
      'patch',
      operation({
        operationId: 'things.update',
        description: 'Leaves the rest as it is.',
        parameters: [
          parameter('thing', 'path', true),
          { $ref: '#/components/parameters/IdempotencyKey' },
          { $ref: '#/components/parameters/IfMatch' },
        ],
        requestBody: { required: true, ...json('ThingUpdate') },
        responses: { 200: json('Thing'), 404: { $ref: '#/components/responses/404' } },
      }),
    );
    expect(text).toBe(`  /**
   * Do a thing.
   *
   * Leaves the rest as it is.
   */
  update(thing: string, body: ThingUpdate, options?: ConditionalOptions): APIPromise<Thing> {
    return this.http.send<Thing>({ method: 'PATCH', url: url\`/v1/things/\${thing}\`, body, options });
  }
`);
  });

  test('is paged for a list, with an optional query argument', () => {
    const text = method(
      '/v1/things',
      'get',
      operation({
        operationId: 'things.list',
        parameters: [parameter('limit', 'query', false)],
        responses: { 200: json('ThingPage') },
      }),
    );
    expect(text).toContain('list(query?: ThingsListQuery, options?: CallOptions): PagePromise<Thing> {');
    expect(text).toContain("this.http.list<Thing>({ url: '/v1/things', query, options })");
  });

  test('has a positional argument for a required query parameter', () => {
    const text = method(
      '/v1/find',
      'get',
      operation({
        operationId: 'find',
        parameters: [parameter('ref', 'query', true)],
        responses: { 200: json('Thing') },
      }),
    );
    expect(text).toContain('find(ref: string, options?: CallOptions): APIPromise<Thing> {');
    expect(text).toContain('query: { ref }');
  });

  test('has a source for an upload, with the query among the options', () => {
    const text = method(
      '/v1/things/{thing}/{path}',
      'put',
      operation({
        operationId: 'things.upload',
        parameters: [
          parameter('thing', 'path', true),
          parameter('path', 'path', true),
          parameter('role', 'query', false),
        ],
        requestBody: {
          required: true,
          content: { 'application/octet-stream': { schema: { type: 'string' } } },
        },
        responses: { 201: json('File') },
      }),
    );
    expect(text).toContain('source: UploadSource');
    expect(text).toContain('options?: FileUploadOptions & ThingsUploadQuery');
    expect(text).toContain('query: { role: options?.role }');
    expect(text).toContain('to: { thing, path }');
  });

  test('has the query of a download among the options, except parameters that the client leaves out', () => {
    const hidden = { ...parameter('redirect', 'query', false), schema: { 'x-not-in-client': true } };
    const text = method(
      '/v1/things/{thing}/archive',
      'get',
      operation({
        operationId: 'things.archive',
        parameters: [parameter('thing', 'path', true), parameter('format', 'query', false), hidden],
        responses: { 200: { content: { 'application/octet-stream': { schema: { type: 'string' } } } } },
      }),
    );
    expect(text).toContain(
      'archive(thing: string, options?: DownloadOptions & ThingsArchiveQuery): DownloadPromise {',
    );
    expect(text).toContain('query: { format: options?.format }');
  });

  test('has no body for an action without fields, and returns nothing without an answer', () => {
    const empty = {
      required: false,
      content: { 'application/json': { schema: { type: 'object', properties: {} } } },
    };
    const text = method('/v1/act', 'post', operation({ operationId: 'act', requestBody: empty }));
    expect(text).toContain('act(options?: CallOptions): APIPromise<void> {');
    expect(text).not.toContain('body');
  });

  test('returns an answer that has the status of an error', () => {
    const text = method(
      '/ready',
      'get',
      operation({ operationId: 'ready', responses: { 200: json('Thing'), 503: json('Thing') } }),
    );
    expect(text).toContain('alsoAnswers: [503]');
  });
});

test('a body that is not a component is refused, because its type would have no name', () => {
  const anonymous = {
    required: true,
    content: { 'application/json': { schema: { properties: { a: {} } } } },
  };
  const broken = operation({ operationId: 'act', requestBody: anonymous });
  expect(() => method('/v1/act', 'post', broken)).toThrow('give its schema an id');
});
