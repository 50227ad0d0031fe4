import { type Answer, APIPromise } from './api-promise.ts';

/** A page of a list. `nextCursor` is null on the last page. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** The promise of the first page of a list. It can be iterated over all items, or with `pages()` page by page. */
export class PagePromise<T> extends APIPromise<Page<T>> implements AsyncIterable<T> {
  readonly #next: (cursor: string) => Promise<Page<T>>;

  constructor(first: Promise<Answer<Page<T>>>, next: (cursor: string) => Promise<Page<T>>) {
    super(first);
    this.#next = next;
  }

  /** Iterates over all items. Fetches a page when the previous one is used up. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  /** Iterates over all pages. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    for (let page: Page<T> = await this.then((first) => first); ; page = await this.#next(page.nextCursor)) {
      yield page;
      if (page.nextCursor === null) return;
    }
  }
}
