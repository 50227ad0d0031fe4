/** Milliseconds between two progress lines. */
const EVERY = 2_000;

/** Reports progress every few seconds. Work that finishes sooner reports nothing. */
export function progress(
  tell: (line: string) => void,
  what: string,
  total?: number,
): (bytes: number) => void {
  let next = performance.now() + EVERY;
  return (bytes) => {
    if (performance.now() < next) return;
    next = performance.now() + EVERY;
    tell(`${what}: ${inUnits(bytes)}${total === undefined ? '' : ` of about ${inUnits(total)}`}`);
  };
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Formats bytes, for example as `1.5 MiB`. */
export function inUnits(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`;
}
