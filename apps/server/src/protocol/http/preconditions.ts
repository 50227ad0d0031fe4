import { HttpProblem, invalidField } from '../problem.ts';

/** The strong ETag of a row version (RFC 9110, 8.8.3). */
export const etagOf = (rowVersion: number): string => `"${rowVersion}"`;

/** The ETags of an `If-Match` header; `*` stands for whatever is there. Weak ones never match (RFC 9110, 13.1.1). */
export function parseIfMatch(header: string): string[] {
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.every((tag) => tag === '*' || /^(?:W\/)?"[^"]*"$/.test(tag))) return tags;
  throw invalidField('header', '/if-match', 'must be `*` or quoted ETags, for example "3"');
}

/** Refuses a write whose caller has seen another state of the object: 412. */
export function demandMatch(ifMatch: readonly string[] | undefined, rowVersion: number): void {
  if (ifMatch === undefined || ifMatch.includes('*') || ifMatch.includes(etagOf(rowVersion))) return;
  throw new HttpProblem('stale', `The object is at ${etagOf(rowVersion)} now, not at ${ifMatch.join(', ')}.`);
}
