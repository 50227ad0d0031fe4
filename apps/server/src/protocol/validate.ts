import type { FieldError } from '@modelbox/schema';
import type { z } from 'zod';
import { invalid, pointerOf } from './problem.ts';
import { partsOf } from './schema-parts.ts';

/**
 * Returns the parsed value.
 * @throws HttpProblem invalid: 422 with a pointer to each invalid field
 */
export function validate<T extends z.ZodType>(
  schema: T,
  value: unknown,
  where: FieldError['in'],
): z.infer<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw invalid(fieldErrors(result.error.issues, where, schema));
}

type Issue = z.core.$ZodIssue;

function fieldErrors(
  issues: readonly Issue[],
  where: FieldError['in'],
  schema: z.ZodType,
  base: PropertyKey[] = [],
): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, path);
      const rest = known.length > 0 ? `; known fields are ${known.join(', ')}` : '';
      const parent = pointerOf(path);
      return issue.keys.map((key) => ({
        in: where,
        pointer: parent + pointerOf([key]),
        message: IMMUTABLE.has(key) ? `cannot be set here${rest}` : `is not a known field${rest}`,
        ...(known.length > 0 ? { expected: known } : {}),
      }));
    }
    if (issue.code === 'invalid_union' && issue.errors.length > 0)
      return fieldErrors(closest(issue.errors), where, schema, path);
    if (issue.code === 'invalid_key')
      return [
        { in: where, pointer: pointerOf(path), message: `has an invalid key: ${words(issue.issues[0])}` },
      ];
    return [{ in: where, pointer: pointerOf(path), message: words(issue) }];
  });
}

/**
 * Fields of answers that no update accepts: a caller who sends one wants to change an identity, which never changes.
 */
const IMMUTABLE = new Set([
  ...[
    'id',
    'namespace',
    'name',
    'version',
    'model',
    'modelId',
    'experiment',
    'experimentId',
    'epoch',
    'step',
  ],
  ...['path', 'alias', 'source', 'createdBy', 'createdAt', 'updatedAt', 'deletedAt', 'readyAt'],
]);

/** Returns the issues of the union option that matched deepest: its message helps most. */
function closest(options: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) =>
    Math.max(...issues.map((issue) => issue.path.length + (issue.code === 'invalid_type' ? 0 : 0.5)));
  return [...options].sort((a, b) => depth(b) - depth(a))[0] ?? [];
}

function words(issue: Issue | undefined): string {
  if (issue === undefined) return 'is invalid';
  if (issue.code === 'invalid_type') {
    return issue.input === undefined
      ? `is required: ${article(issue.expected)}`
      : `must be ${article(issue.expected)}`;
  }
  if (issue.code === 'too_small') return `must ${bound(issue.origin, 'at least', issue.minimum)}`;
  if (issue.code === 'too_big') return `must ${bound(issue.origin, 'at most', issue.maximum)}`;
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  if (issue.code === 'invalid_format' && issue.format === 'datetime')
    return 'must be an RFC 3339 time, for example "2026-01-31T12:00:00Z"';
  return lower(issue.message);
}

const lower = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);
const article = (type: string): string => {
  const word = type === 'int' ? 'integer' : type === 'record' ? 'object' : type;
  return `${/^[aeio]/.test(word) ? 'an' : 'a'} ${word}`;
};
function bound(origin: string, limit: 'at least' | 'at most', size: number | bigint): string {
  const plural = Number(size) === 1 ? '' : 's';
  if (origin === 'string') return `have ${limit} ${size} character${plural}`;
  if (origin === 'array' || origin === 'set') return `have ${limit} ${size} item${plural}`;
  return `be ${limit} ${size}`;
}

function knownKeys(schema: z.ZodType, [step, ...rest]: readonly PropertyKey[]): string[] {
  const def = partsOf(schema);
  const path = step === undefined ? [] : [step, ...rest];
  if (def.innerType) return knownKeys(def.innerType, path);
  if (def.options) return [...new Set(def.options.flatMap((option) => knownKeys(option, path)))];
  if (step === undefined) return Object.keys(def.shape ?? {});
  const inner = def.element ?? def.shape?.[String(step)];
  return inner === undefined ? [] : knownKeys(inner, rest);
}
