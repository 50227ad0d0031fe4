/** How a file comes in parts: all of one size but the last, which has what is left. */
export interface PartPlan {
  readonly sizeBytes: number;
  readonly partSizeBytes: number;
}

export interface ArrivedPart {
  readonly number: number;
  readonly sizeBytes: number;
}

/** How many parts there are; of an empty file none. */
export const partCount = ({ sizeBytes, partSizeBytes }: PartPlan): number =>
  Math.ceil(sizeBytes / partSizeBytes);

/** Bytes of a part by its number, which is from 1 to `partCount`. */
export const partSize = ({ sizeBytes, partSizeBytes }: PartPlan, number: number): number =>
  Math.min(partSizeBytes, sizeBytes - (number - 1) * partSizeBytes);

/**
 * What keeps the parts that have arrived from being the file; null where nothing does. Names the first few. Parts beyond
 * the last one are of no concern.
 */
export function partsFault(plan: PartPlan, arrived: readonly ArrivedPart[]): string | null {
  const sizes = new Map(arrived.map(({ number, sizeBytes }) => [number, sizeBytes]));
  const count = partCount(plan);
  const missing: number[] = [];
  const wrong: string[] = [];
  for (let number = 1; number <= count; number++) {
    const size = sizes.get(number);
    if (size === undefined) missing.push(number);
    else if (size !== partSize(plan, number))
      wrong.push(`part ${number} has ${size} bytes, not ${partSize(plan, number)}`);
  }
  const faults = [
    ...(missing.length > 0 ? [`${missing.length} of ${count} parts are missing: ${few(missing)}`] : []),
    ...(wrong.length > 0 ? [few(wrong)] : []),
  ];
  return faults.length > 0 ? faults.join('; ') : null;
}

const FEW = 5;
const few = (items: readonly (number | string)[]): string =>
  items.slice(0, FEW).join(', ') + (items.length > FEW ? ' and more' : '');
