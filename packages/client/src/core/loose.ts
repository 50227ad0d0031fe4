/** `T`, with `undefined` allowed for optional fields. It equals leaving the field out. */
export type Loose<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K] };
