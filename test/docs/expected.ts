// What a page shows of an output, held against the output. `…` stands for anything.

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Whether a text is as shown: each `…` is any run of characters. */
export function matchesText(shown: string, actual: string): boolean {
  const pattern = shown
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*');
  return new RegExp(`^${pattern}$`).test(actual);
}

/**
 * Where a JSON value is not as shown; undefined where it is. A page may leave members of objects out, and its ids and
 * times are examples: any other will do.
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

/** The JSON objects and arrays in a text, one after the other, with or without anything between. */
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
