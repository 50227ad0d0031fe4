import { ModelBoxError } from './errors.ts';

/**
 * The path of a URL, with each value percent-encoded whole, so that a name with slashes stays one parameter.
 *
 * Throws `ModelBoxError` for what no encoding can carry: an empty value, `.` or `..`, which URL parsers drop, so that
 * the request would reach another object.
 */
export function url(parts: TemplateStringsArray, ...values: string[]): string {
  return parts.reduce((path, part, index) => path + encode(values[index - 1]) + part);
}

function encode(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..') {
    throw new ModelBoxError(`${JSON.stringify(value)} cannot name anything`);
  }
  try {
    return encodeURIComponent(value);
  } catch (cause) {
    throw new ModelBoxError(`${JSON.stringify(value)} is not well-formed Unicode`, { cause });
  }
}

/** `?a=1&b=x` of the defined values, or nothing. */
export function queryString(query: object = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)]))}`;
}
