import { JSON_MAX_DEPTH } from '@modelbox/schema';
import { invalidField } from './problem.ts';

/** Bytes of a body that is taken as it is: so small a one costs little, whatever it says. */
const SMALL = 64 * 1024;
/** Members and items of a body at most, all together: far more than the largest batch of points has. */
const MOST_VALUES = 200_000;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/**
 * Looks over a large JSON body before it is parsed: some megabytes of brackets or keys keep a parser busy for seconds.
 * @throws HttpProblem invalid: 422 where it is nested too deep or has too many values
 */
export function demandModest(bytes: Buffer): void {
  if (bytes.length < SMALL) return;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) at = endOfText(bytes, at);
    else if (byte === COMMA && ++values > MOST_VALUES)
      throw invalidField('body', '', `must not have more than ${MOST_VALUES} values`);
    else if (OPEN.has(byte) && ++depth > JSON_MAX_DEPTH)
      throw invalidField('body', '', `must not be nested deeper than ${JSON_MAX_DEPTH} levels`);
    else if (CLOSE.has(byte)) depth--;
  }
}

/** Where the text that begins here ends; behind the last byte where it does not. */
function endOfText(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(QUOTE, start + 1); end >= 0; end = bytes.indexOf(QUOTE, end + 1)) {
    let before = end - 1;
    while (bytes[before] === BACKSLASH) before--;
    if ((end - 1 - before) % 2 === 0) return end;
  }
  return bytes.length;
}
