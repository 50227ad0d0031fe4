/** CI always uses the same seed, so that only a code change can make it fail. Other runs choose a random seed. */
export const ciSeed: { seed?: number } = process.env['CI'] ? { seed: 20_261_201 } : {};
