/** The conditions of a request for stored content, by RFC 9110, section 13. Pure. All tags are in quotes. */

/**
 * Whether `If-None-Match` names the entity tag that the content has: the answer is then 304. Compares weakly
 * (section 13.1.2). A malformed header matches nothing.
 */
export const matchesIfNoneMatch = (header: string | undefined, etag: string): boolean =>
  header !== undefined && names(header, (tag) => withoutWeakness(tag) === withoutWeakness(etag));

/**
 * Whether `If-Match` lets the request be carried out: when there is none, or it names this very entity tag, both strong
 * (section 13.1.1). A malformed header matches nothing.
 */
export const ifMatchPasses = (header: string | undefined, etag: string): boolean =>
  header === undefined || names(header, (tag) => tag === etag && !isWeak(etag));

/**
 * Whether a range may be served under `If-Range`: when there is none, or it is this very entity tag, both strong
 * (section 13.1.5). A date never holds: it is no strong validator of ours.
 */
export const ifRangePasses = (header: string | undefined, etag: string): boolean =>
  header === undefined || (header.trim() === etag && !isWeak(etag));

/** Whether the header is well-formed: `*`, or a list of entity tags. */
export const isTagList = (header: string): boolean => header.trim() === '*' || tagsIn(header) !== undefined;

/** Whether the header is `*`, or a list in which some tag is as wanted. */
const names = (header: string, isWanted: (tag: string) => boolean): boolean =>
  header.trim() === '*' || tagsIn(header)?.some(isWanted) === true;

/** The tags of a list; undefined if it is malformed. */
function tagsIn(header: string): string[] | undefined {
  // A tag may hold a comma, so that the list cannot be split; each step takes one tag or one separator.
  const step = /((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)|[, \t]+/y;
  const tags: string[] = [];
  while (step.lastIndex < header.length) {
    const token = step.exec(header);
    if (!token) return undefined;
    if (token[1] !== undefined) tags.push(token[1]);
  }
  return tags.length > 0 ? tags : undefined;
}

const isWeak = (etag: string): boolean => etag.startsWith('W/');
const withoutWeakness = (etag: string): string => etag.replace(/^W\//, '');
