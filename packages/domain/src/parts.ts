/** The parts of a file. All have the same size, except that the last has the rest. */
export interface PartPlan {
  readonly sizeBytes: number;
  readonly partSizeBytes: number;
}

export interface ArrivedPart {
  readonly number: number;
  readonly sizeBytes: number;
}

/** The number of parts. 0 for an empty file. */
export const partCount = ({ sizeBytes, partSizeBytes }: PartPlan): number =>
  Math.ceil(sizeBytes / partSizeBytes);

/** The size of a part in bytes. `number` counts from 1 to `partCount`. */
export const partSize = ({ sizeBytes, partSizeBytes }: PartPlan, number: number): number =>
  Math.min(partSizeBytes, sizeBytes - (number - 1) * partSizeBytes);

/**
 * Returns why the received parts do not form the file, naming the first few faults. Null: they are complete. Ignores
 * parts beyond the last.
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
