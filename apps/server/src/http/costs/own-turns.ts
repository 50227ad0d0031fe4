/**
 * Routes whose answers go on for long: a slow reader must not keep a place. They take a turn for each look into the
 * database. The verification is for administrators and reads in the lane of the workers.
 */
const OWN_TURNS = new Set(['versions.archive', 'checkpoints.archive', 'audit.export', 'verifications.run']);

export const takesItsOwnTurns = (routeId: string): boolean => OWN_TURNS.has(routeId);
