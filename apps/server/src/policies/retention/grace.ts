import { durationOf, type RetainRule } from '@modelbox/domain';
import type { Settings } from '../../protocol/settings.ts';

/** The minimum grace time in milliseconds. 0 on an open server, where every caller may delete everything anyway. */
export const leastGrace = ({ auth, retentionMinGrace }: Settings): number =>
  auth === 'open' ? 0 : retentionMinGrace;

/** The grace time of a rule in milliseconds, at least the minimum, which may have risen since the rule was set. */
export const graceOf = ({ grace }: RetainRule, settings: Settings): number =>
  Math.max(durationOf(grace ?? 'P7D'), leastGrace(settings));
