import { HttpProblem, invalidField } from '../problem.ts';

/** The strong ETag of a row version (RFC 9110, 8.8.3). */
export const etagOf = (rowVersion: number): string => `"${rowVersion}"`;

/** Returns the ETags of an `If-Match` header; `*` matches any state. Weak ETags never match (RFC 9110, 13.1.1). */
export function parseIfMatch(header: string): string[] {
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.every((tag) => tag === '*' || /^(?:W\/)?"[^"]*"$/.test(tag))) return tags;
  throw invalidField('header', '/if-match', 'must be `*` or quoted ETags, for example "3"');
}

/** @throws HttpProblem stale: 412 if the caller has seen another state of the object */
export function demandMatch(ifMatch: readonly string[] | undefined, rowVersion: number): void {
  if (ifMatch === undefined || ifMatch.includes('*') || ifMatch.includes(etagOf(rowVersion))) return;
  throw new HttpProblem(
    'stale',
    `The object now has the ETag ${etagOf(rowVersion)}; If-Match demands ${ifMatch.join(', ')}. Read ` +
      'the object again before you change it.',
  );
}
