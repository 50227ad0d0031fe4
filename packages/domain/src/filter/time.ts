const FORM = 'dddd-dd-dd';
const CLOCK = 'dd:dd:dd';

/**
 * Parses an RFC 3339 time (section 5.6; `T`, `t` or a space between, zone required) or a bare date, its midnight in
 * UTC.
 * @returns UTC with six fraction digits, in which text order equals time order, or null. Drops further digits.
 * Accepts the years 0001 to 9999 in UTC, without leap seconds.
 */
export function canonicalTime(text: string): string | null {
  if (!fits(text, 0, FORM)) return null;
  if (text.length === FORM.length) return canonicalTime(`${text}T00:00:00Z`);
  if (!'Tt '.includes(text.charAt(10)) || !fits(text, 11, CLOCK)) return null;
  let at = 19;
  if (text.charAt(at) === '.') {
    do at++;
    while (isDigit(text.charCodeAt(at)));
    if (at === 20) return null;
  }
  const fraction = text.slice(20, at).slice(0, 6).padEnd(6, '0');
  const offset = readOffset(text.slice(at));
  if (offset === null) return null;
  const wall = `${text.slice(0, 10)}T${text.slice(11, 19)}`;
  const millis = Date.parse(`${wall}Z`);
  // Date.parse rolls some days over (Feb 30). Formatting the result reveals it.
  if (Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 19) !== wall) return null;
  return fromMillis(millis - offset * 60_000, fraction);
}

/** Formats milliseconds since 1970 canonically. Returns null outside of the years 0001 to 9999. */
export function canonicalTimeOfMillis(millis: number): string | null {
  return fromMillis(millis, null);
}

function fromMillis(millis: number, fraction: string | null): string | null {
  const date = new Date(millis);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return null;
  const iso = date.toISOString();
  return `${iso.slice(0, 19)}.${fraction ?? `${iso.slice(20, 23)}000`}Z`;
}

/** Minutes east of UTC. */
function readOffset(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const sign = zone.charAt(0);
  if ((sign !== '+' && sign !== '-') || zone.length !== 6 || !fits(zone, 1, 'dd:dd')) return null;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** Whether the text has `form` at `from`: `d` is any digit, other characters match themselves. */
function fits(text: string, from: number, form: string): boolean {
  for (let i = 0; i < form.length; i++) {
    const unit = text.charCodeAt(from + i);
    if (form.charAt(i) === 'd' ? !isDigit(unit) : unit !== form.charCodeAt(i)) return false;
  }
  return true;
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}
