/** `T` where an optional field may also be given as `undefined`, which means the same as leaving it out. */
export type Loose<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K] };
