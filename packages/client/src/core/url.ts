import { ModelBoxError } from './errors.ts';

/**
 * Formats a URL path and percent-encodes each value as a whole, so that a name with slashes stays one parameter.
 *
 * Throws `ModelBoxError` for values that no encoding preserves: empty, `.` and `..`. URL parsers drop these, so the
 * request would reach another object.
 */
export function url(parts: TemplateStringsArray, ...values: string[]): string {
  return parts.reduce((path, part, index) => path + encode(values[index - 1]) + part);
}

function encode(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..') {
    throw new ModelBoxError(`${JSON.stringify(value)} cannot be a name`);
  }
  try {
    return encodeURIComponent(value);
  } catch (cause) {
    throw new ModelBoxError(`${JSON.stringify(value)} is not well-formed Unicode`, { cause });
  }
}

/** Formats the defined values as `?a=1&b=x`, or as an empty text. */
export function queryString(query: object = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)]))}`;
}
