/**
 * Returns the sent content type in lower case. Null if it is not valid ASCII, or if it is meaningless: octet-stream, or
 * the form type that curl sends by default.
 */
export function mediaTypeOf(text: string | undefined): string | null {
  const type = text?.trim().toLowerCase().slice(0, 255) ?? '';
  const isTelling =
    /^[\w.+-]+\/[\w.+-]+(?:;[ -~]*)?$/.test(type) &&
    !/^application\/(?:octet-stream|x-www-form-urlencoded)/.test(type);
  return isTelling ? type : null;
}
