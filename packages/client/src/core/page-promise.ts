import { type Answer, APIPromise } from './api-promise.ts';

/** One page of a list; `nextCursor` is null on the last. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** The promise of a list's first page, which can be iterated: over all items, or with `pages()` page by page. */
export class PagePromise<T> extends APIPromise<Page<T>> implements AsyncIterable<T> {
  readonly #next: (cursor: string) => Promise<Page<T>>;

  constructor(first: Promise<Answer<Page<T>>>, next: (cursor: string) => Promise<Page<T>>) {
    super(first);
    this.#next = next;
  }

  /** All items of all pages. A page is fetched when the one before it is used up. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  /** All pages, from the first. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    for (let page: Page<T> = await this.then((first) => first); ; page = await this.#next(page.nextCursor)) {
      yield page;
      if (page.nextCursor === null) return;
    }
  }
}
