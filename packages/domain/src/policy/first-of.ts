/** The first `count` items of a stream, in an order. */
export interface FirstOf<T> {
  add(item: T): void;
  /** Whether an added item is among the first. */
  has(item: T): boolean;
}

/**
 * A heap with the last item on top. Adding takes time logarithmic in `count`, and memory never exceeds `count` items.
 * @param order the first item first. Must distinguish any two items.
 */
export function firstOf<T>(count: number, order: (a: T, b: T) => number): FirstOf<T> {
  const heap: T[] = [];
  const isAfter = (a: number, b: number): boolean => order(heap[a] as T, heap[b] as T) > 0;
  const swap = (a: number, b: number): void => {
    const item = heap[a] as T;
    heap[a] = heap[b] as T;
    heap[b] = item;
  };

  function rise(index: number): void {
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >>> 1;
      if (!isAfter(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  }

  function sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const child = left + 1 < heap.length && isAfter(left + 1, left) ? left + 1 : left;
      if (!isAfter(child, at)) return;
      swap(at, child);
      at = child;
    }
  }

  return {
    add: (item) => {
      if (heap.length < count) {
        heap.push(item);
        rise(heap.length - 1);
      } else if (order(item, heap[0] as T) < 0) {
        heap[0] = item;
        sink();
      }
    },
    has: (item) => heap.length < count || order(item, heap[0] as T) <= 0,
  };
}
