import { durationOf, type RetainRule } from '@modelbox/domain';
import type { Settings } from '../../protocol/settings.ts';

/** Milliseconds of grace that every policy must leave. None on an open server: whoever reaches that may delete everything. */
export const leastGrace = ({ auth, retentionMinGrace }: Settings): number =>
  auth === 'open' ? 0 : retentionMinGrace;

/** Milliseconds in which what a rule removed can be restored. The minimum may have risen since the rule was set. */
export const graceOf = ({ grace }: RetainRule, settings: Settings): number =>
  Math.max(durationOf(grace ?? 'P7D'), leastGrace(settings));
