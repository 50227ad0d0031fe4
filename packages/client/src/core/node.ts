import { ModelBoxError } from './errors.ts';

/** True on Node and compatible runtimes. */
export const onNode = (): boolean => typeof globalThis.process?.getBuiltinModule === 'function';

/**
 * Loads a module of Node. It is not imported, so bundlers and browsers have nothing to resolve. Throws
 * `ModelBoxError` without Node; `need` names the purpose.
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
