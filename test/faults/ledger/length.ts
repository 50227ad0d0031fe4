/** Repeats a load. Which request a fault befalls depends on the order of arrival too. */
export const seed = Number(process.env['MODELBOX_TEST_LEDGER_SEED'] || Date.now() % 2 ** 31);

/** How often each phase runs. More make a soak test. */
export const rounds = Number(process.env['MODELBOX_TEST_LEDGER_ROUNDS'] || 1);

/** Steps of each writer in each phase, beside one of each kind. */
export const stepsMore = rounds > 1 ? 10 : 1;
