/** One seed for every run of CI, which then fails only by a change of the code. Elsewhere each run has its own. */
export const ciSeed: { seed?: number } = process.env['CI'] ? { seed: 20_261_201 } : {};
