/** Conditions of a request for stored content (RFC 9110, section 13). Pure. All entity tags are in quotes. */

/**
 * Whether `If-None-Match` names the entity tag of the content, so that the answer is 304. Compares weakly (section
 * 13.1.2). A malformed header matches nothing.
 */
export const matchesIfNoneMatch = (header: string | undefined, etag: string): boolean =>
  header !== undefined && names(header, (tag) => withoutWeakness(tag) === withoutWeakness(etag));

/**
 * Whether `If-Match` allows the request: the header is missing or names the entity tag. Compares strongly (section
 * 13.1.1). A malformed header matches nothing.
 */
export const ifMatchPasses = (header: string | undefined, etag: string): boolean =>
  header === undefined || names(header, (tag) => tag === etag && !isWeak(etag));

/**
 * Whether `If-Range` allows a range: the header is missing or equals the entity tag. Compares strongly (section
 * 13.1.5). A date never matches, because this server has no strong date validator.
 */
export const ifRangePasses = (header: string | undefined, etag: string): boolean =>
  header === undefined || (header.trim() === etag && !isWeak(etag));

export const isTagList = (header: string): boolean => header.trim() === '*' || tagsIn(header) !== undefined;

const names = (header: string, isWanted: (tag: string) => boolean): boolean =>
  header.trim() === '*' || tagsIn(header)?.some(isWanted) === true;

/** Returns the tags of a list; undefined if it is malformed. */
function tagsIn(header: string): string[] | undefined {
  // A tag may contain a comma, so splitting at commas fails. Each step reads one tag or one separator.
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
