// Compares the output that a page shows with the real output. `…` matches anything.

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function matchesText(shown: string, actual: string): boolean {
  const pattern = shown
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*');
  return new RegExp(`^${pattern}$`).test(actual);
}

/**
 * Returns the first difference between JSON values; undefined if they match. A page may omit members of objects. Its
 * ids and times are examples, which match any others.
 */
export function jsonDifference(shown: unknown, actual: unknown, at = ''): string | undefined {
  if (shown === '…') return undefined;
  const differ = `${at || '/'} is shown as ${JSON.stringify(shown)} and is ${JSON.stringify(actual)}`;
  if (typeof shown === 'string') {
    if (typeof actual !== 'string') return differ;
    const alike = [UUID, TIME].some((form) => form.test(shown) && form.test(actual));
    return alike || matchesText(shown, actual) ? undefined : differ;
  }
  if (Array.isArray(shown)) {
    const isOpen = shown.at(-1) === '…';
    const items = isOpen ? shown.slice(0, -1) : shown;
    if (!Array.isArray(actual)) return differ;
    if (isOpen ? actual.length < items.length : actual.length !== items.length) return differ;
    return first(items.map((item, index) => jsonDifference(item, actual[index], `${at}/${index}`)));
  }
  if (typeof shown === 'object' && shown !== null) {
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return differ;
    return first(
      Object.entries(shown).map(([key, value]) =>
        jsonDifference(value, (actual as Record<string, unknown>)[key], `${at}/${key}`),
      ),
    );
  }
  return Object.is(shown, actual) ? undefined : differ;
}

const first = (differences: readonly (string | undefined)[]): string | undefined =>
  differences.find((difference) => difference !== undefined);

/** Returns the JSON objects and arrays in a text, in order. Other text may surround them. */
export function jsonValues(text: string): unknown[] {
  const values: unknown[] = [];
  let start = -1;
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] as string;
    if (quoted) {
      if (character === '\\') index++;
      else if (character === '"') quoted = false;
    } else if (character === '"' && depth > 0) quoted = true;
    else if (character === '{' || character === '[') {
      if (depth++ === 0) start = index;
    } else if ((character === '}' || character === ']') && depth > 0 && --depth === 0)
      values.push(JSON.parse(text.slice(start, index + 1)));
  }
  return values;
}
