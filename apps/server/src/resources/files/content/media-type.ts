/**
 * A content type that was sent, where it says more than "bytes" or than what curl says of everything, in what every header,
 * URL and document carries alike: ASCII.
 */
export function mediaTypeOf(text: string | undefined): string | null {
  const type = text?.trim().toLowerCase().slice(0, 255) ?? '';
  const isTelling =
    /^[\w.+-]+\/[\w.+-]+(?:;[ -~]*)?$/.test(type) &&
    !/^application\/(?:octet-stream|x-www-form-urlencoded)/.test(type);
  return isTelling ? type : null;
}
