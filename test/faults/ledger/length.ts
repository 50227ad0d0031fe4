/** Seed that repeats a load. The order of arrival also decides which request a fault hits. */
export const seed = Number(process.env['MODELBOX_TEST_LEDGER_SEED'] || Date.now() % 2 ** 31);

/** How often each phase runs. A large number makes a soak test. */
export const rounds = Number(process.env['MODELBOX_TEST_LEDGER_ROUNDS'] || 1);

/** Further steps of each writer in each phase, beside one of each kind. */
export const stepsMore = rounds > 1 ? 10 : 1;
