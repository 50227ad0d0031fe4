import type { Fault } from './fault.ts';
import type { S3Request } from './operation.ts';

/** The requests that a fault affects. Default: all. */
export interface Matching {
  readonly operation?: string | readonly string[];
  /** The key of a blob, the whole key of an object, or a pattern for object keys. */
  readonly key?: string | RegExp;
  /** Skips this number of matching requests first. */
  readonly skip?: number;
  /** Affects only each nth of the remaining requests. */
  readonly every?: number;
  /** Affects at most this number of requests. A request that ends before the fault does not count. */
  readonly times?: number;
}

/** A fault that happened. */
export interface Injected extends S3Request {
  readonly fault: Fault;
}

export interface Rule {
  readonly fault: Fault;
  /** The faults so far. Excludes matching requests that ended before the fault. */
  readonly injected: readonly Injected[];
  /** Removes the rule and resumes stalled requests. */
  remove(): void;
}

/** A rule as the proxy applies it to one request. */
export interface Applied {
  readonly fault: Fault;
  /** Must be called when the fault happens. */
  note(): void;
  /** Must be called when the request ends. If the fault did not happen, another request may get it. */
  ended(): void;
  /** Resolves when the rule is removed. */
  readonly removed: Promise<void>;
}

export interface Rules {
  add(fault: Fault, matching?: Matching): Rule;
  /** Counts a request and returns its faults, in the order in which their rules were added. */
  match(request: S3Request): Applied[];
  /** Present while new connections stall. Resolves when they no longer do. */
  connecting(): Promise<void> | undefined;
  removeAll(): void;
}

export function createRules(log: Injected[]): Rules {
  const rules = new Set<ReturnType<typeof createRule>>();
  return {
    add(fault, matching = {}) {
      const rule = createRule(fault, matching, log, () => rules.delete(rule));
      rules.add(rule);
      return rule;
    },
    match: (request) => [...rules].flatMap((rule) => (rule.counts(request) ? [rule.applyTo(request)] : [])),
    connecting: () => {
      const stalled = [...rules].find(({ fault }) => fault.kind === 'stall' && fault.at === 'connect');
      if (!stalled) return undefined;
      const request = { operation: 'Unknown', bucket: '', key: '', method: '', url: '' };
      const { note, removed } = stalled.applyTo(request);
      note();
      return removed;
    },
    removeAll: () => {
      for (const rule of rules) rule.remove();
    },
  };
}

function createRule(fault: Fault, matching: Matching, log: Injected[], forget: () => void) {
  const { skip = 0, every = 1, times = Number.POSITIVE_INFINITY } = matching;
  const injected: Injected[] = [];
  const { promise: removed, resolve } = Promise.withResolvers<void>();
  let matched = 0;
  let befallen = 0;
  return {
    fault,
    injected,
    counts(request: S3Request): boolean {
      if (!isMeant(matching, request)) return false;
      matched += 1;
      if (matched <= skip || (matched - skip) % every !== 0 || befallen >= times) return false;
      befallen += 1;
      return true;
    },
    applyTo(request: S3Request): Applied {
      let hasHappened = false;
      return {
        fault,
        removed,
        note: () => {
          hasHappened = true;
          const entry = { ...request, fault };
          injected.push(entry);
          log.push(entry);
        },
        ended: () => {
          if (!hasHappened) befallen -= 1;
        },
      };
    },
    remove() {
      forget();
      resolve();
    },
  };
}

function isMeant({ operation, key }: Matching, request: S3Request): boolean {
  if (operation !== undefined && ![operation].flat().includes(request.operation)) return false;
  if (key === undefined) return true;
  if (key instanceof RegExp) return key.test(request.key);
  return request.key === key || request.key.split('/').slice(-2).join('') === key;
}
