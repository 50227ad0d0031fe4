import type { Whoami } from '@modelbox/schema';
import type { Verb } from '../../protocol/verb.ts';

export const whoami: Verb<'whoami'> = async ({ actor }) => {
  const body: Whoami = {
    name: actor.name,
    administrator: actor.grants === 'all',
    groups: [...(actor.groups ?? [])],
    tokenId: actor.tokenId ?? null,
    namespaces:
      actor.grants === 'all'
        ? {}
        : Object.fromEntries([...actor.grants].map(([path, permissions]) => [path, [...permissions].sort()])),
  };
  return { status: 200, body };
};
