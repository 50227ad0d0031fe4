import fc from 'fast-check';
import { digest } from '../uploads.ts';
import type { Operation, Parameter } from './document.ts';
import { garbled, mutated } from './mutations.ts';
import { fields, NASTY_TEXTS, placeholder, STORED, valid } from './values.ts';

export interface FuzzRequest {
  readonly path: Record<string, string>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Record<string, string>;
  /** The body as a value with placeholders, unless its bytes were garbled. */
  readonly json?: unknown;
  readonly bytes?: Buffer;
}

const chosen = (operation: Operation, where: Parameter['in']) =>
  operation.parameters.filter((parameter) => parameter.in === where);

const hintOf = ({ in: where, name }: Parameter): string =>
  where === 'path' && name === 'namespace' ? '{namespace}' : name;

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const PERCENT_NASTY = ['%', '%ff', '%00', '%2e%2e', '%ED%A0%80', 'a%2Fb%2Fc%2Fd', '.', ''];

/** Text for a parameter, valid unless `faulty`. Text that begins with `raw:` is not percent-encoded. */
const parameterText = (parameter: Parameter, faulty: boolean): fc.Arbitrary<string> =>
  faulty
    ? fc.oneof(
        fc.constantFrom(
          ...NASTY_TEXTS,
          '',
          'x'.repeat(5000),
          '😀'.repeat(600),
          '1.5',
          '-1',
          '0',
          '1001',
          'true',
          'TRUE',
        ),
        fc.constantFrom(...PERCENT_NASTY).map((text) => `raw:${text}`),
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.constantFrom('model', 'version', 'dataset').map((kind) => placeholder(kind, 1, 'id')),
      )
    : valid(parameter.schema, hintOf(parameter)).map(asText);

const oddHeaders: fc.Arbitrary<Record<string, string>> = fc
  .tuple(
    fc.constantFrom(
      ...[
        'if-match',
        'if-none-match',
        'range',
        'if-range',
        'idempotency-key',
        'content-digest',
        'x-amz-checksum-sha256',
      ],
      ...[
        'x-request-id',
        'accept',
        'origin',
        'host',
        'forwarded',
        'x-forwarded-for',
        'content-encoding',
        'cookie',
      ],
    ),
    fc.oneof(
      fc.constantFrom(
        '*',
        '"1"',
        '"1", "2"',
        'W/"1"',
        '1',
        '"',
        '',
        'bytes=0-1',
        'bytes=5-',
        'bytes=-3',
        'bytes=9-1',
        'bytes=99-',
        'bytes=0-1,5-6',
        'bytes=-3,5-,99-',
      ),
      fc.constantFrom(
        'sha-256=:AAAA:',
        'sha-256=',
        'md5=:x:',
        'localhost',
        'evil.example',
        'http://localhost:1',
        'null',
        'gzip',
      ),
      fc.constantFrom(
        'a'.repeat(256),
        'a'.repeat(300),
        '"x",'.repeat(100),
        'key-1',
        'key-2',
        'with space',
        'text/html',
      ),
      fc.string({ unit: fc.constantFrom(...Array.from('ab"=,;:/- \t*%\u00e9\u00ff')), maxLength: 30 }),
    ),
  )
  .map(([name, value]) => ({ [name]: value }));

const oddTypes = fc.constantFrom<Record<string, string>>(
  {},
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=latin1' },
  { 'content-type': 'application/merge-patch+json' },
  { 'content-type': 'APPLICATION/JSON' },
  { 'content-type': 'application/json;' },
  { 'content-type': 'application/jsonx' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': 'nonsense' },
  { 'content-type': ';' },
);

type Fault = 'none' | 'path' | 'query' | 'header' | 'body' | 'text' | 'type';

/** Requests of an operation: half are valid, and the others have one fault. */
export function requestsOf(operation: Operation): fc.Arbitrary<FuzzRequest> {
  const faults: Fault[] = ['query', 'header'];
  if (chosen(operation, 'path').length > 0) faults.push('path');
  if (isJson(operation)) faults.push('body', 'body', 'text', 'type');
  else faults.push('text');
  return fc
    .oneof(
      { weight: 1, arbitrary: fc.constant<Fault>('none') },
      { weight: 1, arbitrary: fc.constantFrom(...faults) },
    )
    .chain((fault) =>
      fc
        .record({
          path: paths(operation, fault),
          query: queries(operation, fault),
          headers: headersOf(fault),
          body: bodies(operation, fault),
        })
        .map(({ body, headers, ...rest }) => ({
          ...rest,
          ...body,
          headers: { ...body.headers, ...headers },
        })),
    );
}

const isJson = (operation: Operation): boolean => operation.body?.content['application/json'] !== undefined;

function paths(operation: Operation, fault: Fault): fc.Arbitrary<Record<string, string>> {
  const parameters = chosen(operation, 'path');
  return fc
    .nat({ max: Math.max(0, parameters.length - 1) })
    .chain((faulty) =>
      fc.record(
        Object.fromEntries(
          parameters.map((parameter, index) => [
            parameter.name,
            parameterText(parameter, fault === 'path' && index === faulty),
          ]),
        ),
      ),
    );
}

function queries(operation: Operation, fault: Fault): fc.Arbitrary<[string, string][]> {
  const parameters = chosen(operation, 'query');
  const given = fields(
    Object.fromEntries(parameters.map((parameter) => [parameter.name, parameterText(parameter, false)])),
    parameters.filter(({ required }) => required).map(({ name }) => name),
  )
    .map((record) => Object.entries(record) as [string, string][])
    // An invented cursor is refused first and would hide all other checks.
    .map((entries) => entries.filter(([name]) => name !== 'cursor'));
  if (fault !== 'query') return given;
  const named = fc
    .constantFrom(...parameters, undefined)
    .chain((parameter) =>
      parameter === undefined
        ? fc.tuple(fc.constantFrom('nosuch', '', '__proto__', 'limits', 'a[b]'), fc.constant('1'))
        : fc.tuple(
            fc.constant(parameter.name),
            fc.oneof(parameterText(parameter, true), parameterText(parameter, false)),
          ),
    );
  return fc.tuple(given, named).map(([entries, entry]) => [...entries, entry]);
}

const headersOf = (fault: Fault): fc.Arbitrary<Record<string, string>> =>
  fault === 'header'
    ? oddHeaders
    : fc.oneof(
        { weight: 5, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.nat({ max: 99 }).map((n) => ({ 'idempotency-key': `key-${n}` })) },
      );

/** Content that stored files have, and that open uploads expect. */
const CONTENT = Buffer.from(STORED);

interface Body {
  readonly json?: unknown;
  readonly bytes?: Buffer;
  readonly headers: Record<string, string>;
}

function bodies(operation: Operation, fault: Fault): fc.Arbitrary<Body> {
  const media = operation.body?.content;
  if (media === undefined) {
    return fault === 'text'
      ? fc.constantFrom<Body>(
          { headers: { 'content-type': 'application/json' }, bytes: Buffer.from('{}') },
          { headers: {}, bytes: Buffer.from('x') },
        )
      : fc.constant<Body>({ headers: {} });
  }
  const json = media['application/json'];
  if (json === undefined)
    return fc
      .oneof(fc.constant(CONTENT), fc.uint8Array({ maxLength: 100 }).map(Buffer.from))
      .chain((bytes) =>
        fc.constantFrom({}, { 'content-digest': digest(bytes) }).map((more) => ({ bytes, more })),
      )
      .map(({ bytes, more }) => ({
        headers: { 'content-type': 'application/octet-stream', ...more },
        bytes,
      }));
  const type = { 'content-type': 'application/json' };
  const good = valid(json.schema);
  if (fault === 'body') return good.chain(mutated).map((value) => ({ headers: type, json: value }));
  if (fault === 'text')
    return good.chain((value) => garbled(JSON.stringify(value))).map((bytes) => ({ headers: type, bytes }));
  if (fault === 'type') return fc.tuple(good, oddTypes).map(([value, headers]) => ({ headers, json: value }));
  return good.map((value) => ({ headers: type, json: value }));
}
