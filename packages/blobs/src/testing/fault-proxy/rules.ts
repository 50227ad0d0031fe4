import type { Fault } from './fault.ts';
import type { S3Request } from './operation.ts';

/** Which requests a fault befalls. Default: all. */
export interface Matching {
  readonly operation?: string | readonly string[];
  /** A blob's key, an object's whole key, or a pattern for the latter. */
  readonly key?: string | RegExp;
  /** Spares so many that match first. */
  readonly skip?: number;
  /** Befalls only each nth of the rest. */
  readonly every?: number;
  /** Befalls so many at most. A request that ends before the fault could happen does not count. */
  readonly times?: number;
}

/** A fault that has really happened. */
export interface Injected extends S3Request {
  readonly fault: Fault;
}

/** One rule that was added. */
export interface Rule {
  readonly fault: Fault;
  /** What it has done so far. A request that was matched and ended before the fault could happen is not in it. */
  readonly injected: readonly Injected[];
  /** No request is matched any more, and what the rule stalls moves on. */
  remove(): void;
}

/** A rule as the proxy applies it to one request. */
export interface Applied {
  readonly fault: Fault;
  /** To be called when the fault happens. */
  note(): void;
  /** To be called when the request is over: if the fault did not happen, it may befall another request. */
  ended(): void;
  /** Resolves when the rule is removed. */
  readonly removed: Promise<void>;
}

export interface Rules {
  add(fault: Fault, matching?: Matching): Rule;
  /** The faults of one request, in the order in which their rules were added. Counts it. */
  match(request: S3Request): Applied[];
  /** Whether new connections stall; resolves when they do not any more. */
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
