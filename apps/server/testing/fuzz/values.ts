import { createHash } from 'node:crypto';
import { REFS } from '@modelbox/schema';
import fc from 'fast-check';
import { deref, type Schema } from './document.ts';
import { LABEL_RULES, POLICY_DOCUMENTS } from './policies.ts';

export const STORED = '0123456789';

/**
 * Stands for an object of the server, for example `§model:3:name§`. The request resolves it when it is sent, so a run
 * can be repeated although ids always differ.
 */
export const placeholder = (kind: string, index: number, form: 'id' | 'name'): string =>
  `§${kind}:${index}:${form}§`;

const WORDS = ['a', 'v1', 'yolo', 'Größe', '模型', '😀', 'a b', "it's", '%41', '0', 'null', 'x'.repeat(64)];

/** Text that often breaks parsers, although a schema may accept it. */
export const NASTY_TEXTS = [
  '\0',
  'a\0b',
  '\ud800',
  'a\udc00',
  '\ufeff',
  '\u202e',
  '..',
  '.',
  '/',
  'a//b',
  '/a',
  'a/',
  'a/b@c',
  'a/b:c',
  'a@b@c',
  '\\',
  "'; DROP TABLE models; --",
  '__proto__',
  'constructor',
  '$1',
  '{}',
  'NaN',
  '-0',
  '1e400',
  '9007199254740993',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-01T00:00:00+23:59',
  '2016-12-31T23:59:60Z',
  'javascript:alert(1)',
  'data:,x',
  's3://user:pass@bucket/x',
  's3://bucket',
  'https://[',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'e\u0301',
];

const FILTERS = [
  "name = 'yolo'",
  'metrics.acc > 0.5',
  "metrics.acc > 0.5 AND (NOT metadata.a.b IS NULL OR 'x' IN tags)",
  "createdAt > '2026-01-01T00:00:00Z'",
  "name ILIKE '%o_o%'",
  "id = '00000000-0000-0000-0000-000000000000'",
  'metadata.lr < 1e-3',
  'evaluations."coco".mAP >= 0',
  "name IN ('a', 'b')",
  'name =',
  '((((((name',
  "'",
  'nosuch = 1',
  '1e999 < metrics.a',
  `${'NOT '.repeat(500)}name = 'a'`,
  `${'('.repeat(900)}`,
];
const ORDERS = [
  'createdAt',
  'name ASC',
  'metrics.acc DESC, createdAt',
  'metadata.a',
  'nosuch',
  'name,,',
  'name DSC',
];

const KINDS: Record<string, string> = {
  ...Object.fromEntries(Object.keys(REFS).map((kind) => [kind, kind])),
  expect: 'version',
  ref: 'reference',
  under: 'namespace',
  // In a path: includes empty namespaces.
  '{namespace}': 'place',
  alias: 'alias',
  path: 'file',
  token: 'token',
  principal: 'principal',
};

const PRINCIPALS = ['user:ann', 'service:trainer', 'user:模型', 'service:a:b'];
const NETWORKS = ['10.0.0.0/8', '127.0.0.1', '::1', '2001:db8::/32', '999.1.1.1', '1.2.3.4/99'];

/** SHA-256 of every stored file at the start of a run. */
const STORED_SHA256 = createHash('sha256').update(STORED).digest('hex');

/** Values of a field whose name says more than its schema. */
function hinted(name: string): fc.Arbitrary<string> | undefined {
  if (name === 'filter') return fc.constantFrom(...FILTERS);
  if (name === 'orderBy') return fc.constantFrom(...ORDERS);
  if (name === 'asset') return fc.constantFrom('start.js', 'swagger-ui.css', 'swagger-ui-bundle.js');
  const kind = KINDS[name];
  if (kind === undefined) return undefined;
  return fc
    .tuple(fc.nat({ max: 99 }), fc.constantFrom('id' as const, 'name' as const))
    .map(([index, form]) => placeholder(kind, index, form));
}

/** Valid values of components whose schema does not express all rules. */
const EXAMPLES: Record<string, readonly unknown[]> = {
  PolicyDocument: POLICY_DOCUMENTS,
  LabelRule: LABEL_RULES,
  BacktestRequest: LABEL_RULES.slice(0, 2).map((rule) => ({ rule })),
};

/** Values that match a schema; `name` is the name of the field or parameter. */
export function valid(schemaOrRef: Schema, name = ''): fc.Arbitrary<unknown> {
  const examples = EXAMPLES[String(schemaOrRef['$ref'] ?? '').replace(/^.*\//, '')];
  const made = fromSchema(schemaOrRef, name);
  return examples ? fc.oneof(fc.constantFrom(...examples), made) : made;
}

function fromSchema(schemaOrRef: Schema, name: string): fc.Arbitrary<unknown> {
  const schema = deref(schemaOrRef) as Schema;
  if (schema['anyOf']) return fc.oneof(...(schema['anyOf'] as Schema[]).map((option) => valid(option, name)));
  if (schema['enum']) return fc.constantFrom(...(schema['enum'] as unknown[]));
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['type']))
    return fc.oneof(...(schema['type'] as string[]).map((type) => valid({ ...schema, type }, name)));
  return ofType(schema, name);
}

function ofType(schema: Schema, name: string): fc.Arbitrary<unknown> {
  const type = schema['type'] as string | undefined;
  if (type === 'string') return text(schema, name);
  if (type === 'null') return fc.constant(null);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer')
    return fc.oneof(fc.integer(between(schema, 3)), fc.integer(between(schema, 2 ** 31 - 1)));
  if (type === 'number') return fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
  if (type === 'array') {
    const {
      minItems = 0,
      maxItems = 4,
      items = {},
    } = schema as { minItems?: number; maxItems?: number; items?: Schema };
    return fc.array(valid(items, name === 'aliases' ? '' : singular(name)), {
      minLength: minItems,
      maxLength: Math.max(minItems, Math.min(4, maxItems)),
    });
  }
  if (type === 'object') return object(schema);
  return fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' });
}

const singular = (name: string): string => ({ datasets: 'dataset', files: 'uri' })[name] ?? '';
const between = ({ minimum = -5, maximum = 2 ** 31 - 1 }: Schema, span: number) => ({
  min: minimum,
  max: Math.min(maximum, minimum + span),
});

/** A field `version` takes an id or a reference, or a bare name if the version is created or its model is known. */
function hintedText(name: string, isName: boolean): fc.Arbitrary<string> | undefined {
  if (name !== 'version' && name !== 'expect') return hinted(name);
  const bare = fc.constantFrom('v1', 'v2', 'v3', 'v9');
  return fc.oneof(
    isName ? fc.nat({ max: 9999 }).map((number) => `r${number}`) : (hinted(name) ?? bare),
    bare,
  );
}

function text(schema: Schema, name: string): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = 300, pattern, format } = schema as Record<string, any>;
  const hint = hintedText(name, pattern !== undefined);
  if (format === 'uuid')
    return hint ? fc.oneof({ weight: 4, arbitrary: hint }, { weight: 1, arbitrary: fc.uuid() }) : fc.uuid();
  if (format === 'date-time') {
    const within = {
      min: new Date('1900-01-01T00:00:00Z'),
      max: new Date('2200-01-01T00:00:00Z'),
      noInvalidDate: true,
    };
    return fc.date(within).map((date) => date.toISOString());
  }
  const takes = (value: string) =>
    Array.from(value).length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(value));
  const free = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(...WORDS, 'pytorch', 'ns/name', 's3://bucket/model.pt', 'ab'.repeat(32)),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) }) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'grapheme-ascii', minLength, maxLength: Math.min(maxLength, 300) }),
    },
  );
  const isSpecial = name === 'uri' || name === 'part' || pattern?.includes('0-9a-f]{64}');
  // Texts of a form that random text never has: a filter would search forever.
  const formed = pattern?.includes('user|service')
    ? PRINCIPALS
    : pattern?.includes('0-9a-fA-F.:')
      ? NETWORKS
      : undefined;
  const own = formed ? fc.constantFrom(...formed) : isSpecial ? special(name) : free;
  const plain = own.filter(takes);
  return hint ? fc.oneof({ weight: 4, arbitrary: hint }, { weight: 1, arbitrary: plain }) : plain;
}

function special(name: string): fc.Arbitrary<string> {
  if (name === 'uri') return fc.nat({ max: 9999 }).map((index) => `s3://bucket/folder/file-${index}.pt`);
  if (name === 'part') return fc.constantFrom('1', '1', '1', '2', '10000');
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(STORED_SHA256) },
    { weight: 1, arbitrary: fc.nat({ max: 9 }).map((digit) => `${digit}`.repeat(64)) },
  );
}

/**
 * Objects with the required fields and some optional ones. Half of them have at most one optional field: with many, one
 * invalid field would hide all others.
 */
export function fields(
  arbitraries: Record<string, fc.Arbitrary<unknown>>,
  required: readonly string[],
): fc.Arbitrary<Record<string, unknown>> {
  const whole = fc.record(arbitraries, { requiredKeys: [...required] });
  const optional = Object.keys(arbitraries).filter((name) => !required.includes(name));
  if (optional.length < 2) return whole;
  const few = fc.option(fc.constantFrom(...optional), { nil: undefined }).chain((one) => {
    const names = [...required, ...(one === undefined ? [] : [one])];
    return fc.record(
      Object.fromEntries(names.map((name) => [name, arbitraries[name] as fc.Arbitrary<unknown>])),
    );
  });
  return fc.oneof(whole, few);
}

function object(schema: Schema): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const required = (schema['required'] ?? []) as string[];
  const rest = schema['additionalProperties'] as Schema | boolean | undefined;
  const known = fields(
    Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valid(field, name)])),
    required,
  );
  if (rest === undefined || rest === false) return known;
  const more = fc.dictionary(
    fc.constantFrom(...WORDS, '__proto__x', 'a.b', 'acc'),
    valid(rest === true ? {} : rest),
    {
      maxKeys: 4,
      noNullPrototype: true,
    },
  );
  return fc.tuple(known, more).map(([fields, others]) => ({ ...others, ...(fields as object) }));
}
