import { randomBytes } from 'node:crypto';
import { AUDIENCE, startOidcIssuer } from '../../apps/server/testing/oidc-issuer.ts';
import type { Stage } from './process.ts';

/** The setting of docs/access.md: a server that requires tokens, and a real OIDC provider with Ann and Bob. */
export async function accessStage(): Promise<Stage> {
  const issuer = await startOidcIssuer({ ann: ['vision-leads'], bob: ['sales'] });
  const first = randomBytes(32).toString('hex');
  return {
    settings: {
      MODELBOX_AUTH: 'tokens',
      MODELBOX_BOOTSTRAP_TOKEN: first,
      MODELBOX_OIDC_ISSUER: issuer.url,
      MODELBOX_OIDC_AUDIENCE: AUDIENCE,
      MODELBOX_OIDC_ADMINISTRATORS: 'group:platform',
    },
    env: {
      MODELBOX_TOKEN: first,
      TRAINER_SECRET: 'the-secret-of-the-trainer',
      ANN_TOKEN: await issuer.userToken('ann'),
      BOB_TOKEN: await issuer.userToken('bob'),
    },
    replaced: { 'https://login.example.com': issuer.url },
    stop: issuer.stop,
  };
}
