/** Safe within quotes for every reader: no quote, backslash or percent sign, which some of them would decode. */
const plain = /^[\w !#$&'()*+,.:;<=>?@[\]^`{|}~-]+$/;
const notPlain = /[^\w !#$&'()*+,.:;<=>?@[\]^`{|}~-]/gu;

/**
 * The `Content-Disposition` under which a browser saves a file and never shows it (RFC 6266). A name that ASCII
 * does not carry safely goes as `filename*` in UTF-8 (RFC 8187), beside a likeness for old readers.
 * @param filename Without directories: a slash or backslash would become `_`.
 */
export function contentDisposition(filename: string): string {
  const name = filename.toWellFormed().replace(/[/\\\p{Cc}]/gu, '_');
  if (name === '') return 'attachment';
  if (plain.test(name)) return `attachment; filename="${name}"`;
  return `attachment; filename="${name.replace(notPlain, '_')}"; filename*=UTF-8''${extendedValue(name)}`;
}

/** Percent-encodes all but RFC 8187's `attr-char`, of which `encodeURIComponent` leaves four too many. */
const extendedValue = (text: string): string =>
  encodeURIComponent(text).replace(/[*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
