const FORM = 'dddd-dd-dd';
const CLOCK = 'dd:dd:dd';

/**
 * Reads a time in RFC 3339 (section 5.6; `T`, `t` or a space between, a zone required) or a bare date, which
 * is its midnight in UTC. Gives the canonical form, UTC with six fraction digits, in which order of text is
 * order of time; or null. Further fraction digits are dropped. Years 0001 to 9999 in UTC; no leap seconds.
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
  // Date.parse rolls some days over (Feb 30): the way back shows it.
  if (Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 19) !== wall) return null;
  return fromMillis(millis - offset * 60_000, fraction);
}

/** The canonical form of a count of milliseconds since 1970, or null outside years 0001 to 9999. */
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

/** Whether `form` stands at `from`: `d` is any digit, all else itself. */
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
