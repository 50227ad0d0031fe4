/** Names of work in progress in this process. A name that is added twice stays until both are done. */
export interface UnderWay {
  has(name: string): boolean;
  add(name: string): void;
  delete(name: string): void;
}

export function createUnderWay(): UnderWay {
  const counts = new Map<string, number>();
  return {
    has: (name) => counts.has(name),
    add: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
    delete: (name) => {
      const left = (counts.get(name) ?? 0) - 1;
      if (left > 0) counts.set(name, left);
      else counts.delete(name);
    },
  };
}
