const DURATION =
  /^P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})(?:\.(\d{1,3}))?S)?)?)$/;

const SECOND = 1000;
const DAY = 86_400 * SECOND;
/** A hundred years: no model is kept longer, and times stay far from their limits. */
const LONGEST = 36_525 * DAY;

/**
 * Parses an ISO 8601 duration to milliseconds: weeks alone, or days, hours, minutes and seconds. Rejects months and
 * years, whose length varies.
 */
export function parseDuration(
  text: string,
): { readonly ok: true; readonly milliseconds: number } | { readonly ok: false; readonly message: string } {
  const parts = DURATION.exec(text);
  if (parts === null || text === 'P' || text.endsWith('T')) {
    return {
      ok: false,
      message:
        'must be an ISO 8601 duration of weeks ("P2W"), or of days, hours, minutes and seconds ("P7D", ' +
        '"PT12H", "P1DT6H"); months and years are not allowed, because their length varies',
    };
  }
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0, fraction = ''] = parts;
  const milliseconds =
    (Number(weeks) * 7 + Number(days)) * DAY +
    (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * SECOND +
    Number(
      String(fraction ?? '')
        .padEnd(3, '0')
        .slice(0, 3),
    );
  return milliseconds > LONGEST
    ? { ok: false, message: 'must be at most 100 years' }
    : { ok: true, milliseconds };
}

/** Converts a duration that was checked before to milliseconds. @throws RangeError if it is invalid. */
export function durationOf(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new RangeError(`not a duration: ${text}`);
  return parsed.milliseconds;
}
