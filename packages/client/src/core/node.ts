import { ModelBoxError } from './errors.ts';

/** True on Node and on what is compatible with it. */
export const onNode = (): boolean => typeof globalThis.process?.getBuiltinModule === 'function';

/**
 * A module of Node's own. Not imported, so that bundlers and browsers see nothing to resolve. Throws `ModelBoxError`
 * where there is no Node; `need` says what it would have been for.
 */
export function nodeModule<Id extends 'fs/promises' | 'crypto' | 'os' | 'path'>(
  id: Id,
  need: string,
): Modules[Id] {
  const found = onNode() ? globalThis.process.getBuiltinModule(`node:${id}`) : undefined;
  if (!found) throw new ModelBoxError(`${need} needs Node`);
  return found as Modules[Id];
}

interface Modules {
  'fs/promises': typeof import('node:fs/promises');
  crypto: typeof import('node:crypto');
  os: typeof import('node:os');
  path: typeof import('node:path');
}
