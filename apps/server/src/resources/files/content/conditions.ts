import type { File as FileRow } from '@modelbox/db';
import { ifMatchPasses, isTagList, matchesIfNoneMatch } from '../../../protocol/http/conditions.ts';
import { HttpProblem, invalidField } from '../../../protocol/problem.ts';

/**
 * Throws 412 if the conditions of an upload do not match the file at its path (RFC 9110, section 13). An unverified
 * file exists but has no ETag. A malformed condition is 422: a misspelt `If-None-Match: *` must not replace a file.
 */
export function demandConditions(
  headers: Readonly<Record<string, string | undefined>>,
  there: Pick<FileRow, 'blobId' | 'sha256'> | null,
): void {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  for (const [name, header] of Object.entries({ 'if-match': ifMatch, 'if-none-match': ifNoneMatch })) {
    if (header !== undefined && !isTagList(header))
      throw invalidField(
        'header',
        `/${name}`,
        'must be `*`, or SHA-256 digests in quotes, separated by commas',
      );
  }
  if (there === null) {
    if (ifMatch !== undefined)
      throw new HttpProblem('stale', `If-Match is ${ifMatch}, but there is no file at this path.`);
    return;
  }
  const etag = there.blobId && there.sha256 ? `"${there.sha256}"` : '"none"';
  if (ifMatchPasses(ifMatch, etag) && !matchesIfNoneMatch(ifNoneMatch, etag)) return;
  const is = etag === '"none"' ? 'is not verified' : `is ${etag} now`;
  throw new HttpProblem('stale', `A file already exists at this path. Its content ${is}.`);
}
