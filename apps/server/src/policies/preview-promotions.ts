import type { PolicyPreview } from '@modelbox/schema';
import { nameFault, wordsOf } from './act-promotion.ts';
import { promotions } from './promotions.ts';
import type { Session } from './session.ts';

/** Which checkpoints the rules would promote now. */
export async function previewPromotions(session: Session, limit: number): Promise<PolicyPreview['promote']> {
  const shown: PolicyPreview['promote'] = [];
  for await (const promoting of promotions(session, {})) {
    if (!promoting.verdict.holds || shown.length >= limit) continue;
    const { rule, question, experiment, name } = promoting;
    shown.push({
      rule: rule.name ?? null,
      checkpoint: question.candidate.id,
      experiment: experiment.name,
      version: name.ok ? name.name : null,
      outcome: name.ok ? 'promoted' : 'refused',
      words: wordsOf(promoting, name.ok ? undefined : nameFault(name.message)),
    });
  }
  return shown;
}
