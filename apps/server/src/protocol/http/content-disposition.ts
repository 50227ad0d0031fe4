/**
 * Characters that every parser reads alike within quotes. Some parsers decode quotes, backslashes and percent signs.
 */
const plain = /^[\w !#$&'()*+,.:;<=>?@[\]^`{|}~-]+$/;
const notPlain = /[^\w !#$&'()*+,.:;<=>?@[\]^`{|}~-]/gu;

/**
 * Returns the `Content-Disposition` with which a browser saves a file instead of showing it (RFC 6266). A name beyond
 * safe ASCII is sent as `filename*` in UTF-8 (RFC 8187), with an ASCII fallback.
 * @param filename name without directories: slashes and backslashes become `_`.
 */
export function contentDisposition(filename: string): string {
  const name = filename.toWellFormed().replace(/[/\\\p{Cc}]/gu, '_');
  if (name === '') return 'attachment';
  if (plain.test(name)) return `attachment; filename="${name}"`;
  return `attachment; filename="${name.replace(notPlain, '_')}"; filename*=UTF-8''${extendedValue(name)}`;
}

/** Percent-encodes all but `attr-char` of RFC 8187. `encodeURIComponent` keeps four characters too many. */
const extendedValue = (text: string): string =>
  encodeURIComponent(text).replace(/[*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
