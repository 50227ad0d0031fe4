const ANY = -1;
const ONE = -2;

/** Whether a pattern ends in a backslash that escapes nothing, which Postgres refuses. */
export function endsInLoneEscape(pattern: string): boolean {
  let escaped = false;
  for (const character of pattern) escaped = !escaped && character === '\\';
  return escaped;
}

/**
 * SQL's LIKE: `%` any run, `_` one code point, backslash takes the next character as it is.
 * Time is at most pattern times text: only the last `%` is ever tried again.
 */
export function matchLike(text: string, pattern: string): boolean {
  const want = compile(pattern);
  const have = Array.from(text, (character) => character.codePointAt(0) as number);
  let w = 0;
  let h = 0;
  let retryWant = -1;
  let retryHave = 0;
  while (h < have.length) {
    const one = want[w];
    if (one === ANY) {
      retryWant = ++w;
      retryHave = h;
    } else if (one !== undefined && (one === ONE || one === have[h])) {
      w++;
      h++;
    } else if (retryWant >= 0) {
      w = retryWant;
      h = ++retryHave;
    } else {
      return false;
    }
  }
  while (want[w] === ANY) w++;
  return w === want.length;
}

function compile(pattern: string): number[] {
  const out: number[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (!escaped && character === '\\') {
      escaped = true;
      continue;
    }
    if (!escaped && character === '%') out.push(ANY);
    else if (!escaped && character === '_') out.push(ONE);
    else out.push(character.codePointAt(0) as number);
    escaped = false;
  }
  return out;
}
