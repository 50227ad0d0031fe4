import { jsonBytes } from '../../protocol/json-size.ts';

/** Collects the items of an answer without pages, up to a number of items and of JSON bytes. */
export class Few<T> {
  readonly items: T[] = [];
  readonly #limit: number;
  #bytes: number;
  #isCut = false;
  #isTruncated = false;

  constructor(limit: number, bytes: number) {
    this.#limit = limit;
    this.#bytes = bytes;
  }

  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  get isFull(): boolean {
    return this.#isCut || this.items.length >= this.#limit;
  }

  add(item: T): void {
    if (!this.isFull) {
      this.#bytes -= jsonBytes(item);
      this.#isCut = this.#bytes < 0 && this.items.length > 0;
    }
    if (this.isFull) this.#isTruncated = true;
    else this.items.push(item);
  }
}
