import type { Amount } from './document.ts';

/** Two values of a metric, for a sentence about them. */
export interface Compared {
  /** `mAP on val` */
  readonly what: string;
  readonly value: number | null;
  /** The version that it is compared with, and its value. */
  readonly other: string;
  readonly otherValue: number | null;
  readonly by: Amount | undefined;
}

/** `its mAP on val, 0.61, is not better than that of v5, 0.64, by more than 0.01`; the value is a number. */
export function betterWords(passes: boolean, { what, value, other, otherValue, by }: Compared): string {
  if (otherValue === null) return `its ${what} is ${value}, and ${other} has none`;
  if (Number.isNaN(otherValue)) return `its ${what} is ${value}, and that of ${other} is not a number`;
  return (
    `its ${what}, ${value}, is ${passes ? '' : 'not '}better than that of ${other}, ` +
    `${otherValue}${byWords(by, ',')}`
  );
}

/** `its ms, 12, is worse than that of v5, 10, by more than 7 %` */
export function notWorseWords(passes: boolean, { what, value, other, otherValue, by }: Compared): string {
  if (otherValue === null) return `${other} has no ${what} that could be better`;
  if (Number.isNaN(otherValue)) return `the ${what} of ${other} is not a number that could be better`;
  if (value === null) return `it has no ${what}, and ${other} has ${otherValue}`;
  if (Number.isNaN(value)) return `its ${what} is not a number, and that of ${other} is ${otherValue}`;
  return (
    `its ${what}, ${value}, is ${passes ? 'not ' : ''}worse than that of ${other}, ` +
    `${otherValue}${byWords(by, ',')}`
  );
}

/** `its mAP on val, 0.61, is not better than 0.6 by more than 0.1` */
export const boundWords = (
  passes: boolean,
  { what, value, bound, by }: Pick<Compared, 'what' | 'by'> & { value: number; bound: number },
): string => `its ${what}, ${value}, is ${passes ? '' : 'not '}better than ${bound}${byWords(by, '')}`;

/** Prints the digits that the author wrote, without rounding noise: 0.07 is 7 %. */
function byWords(by: Amount | undefined, comma: ',' | ''): string {
  if (by === undefined) return '';
  return `${comma} by more than ${by.abs ?? `${Number(((by.rel ?? 0) * 100).toPrecision(12))} %`}`;
}
