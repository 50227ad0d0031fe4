/** `bytes` so far, of `total`; `total` is undefined where the length is not known beforehand. */
export type Progress = (bytes: number, total: number | undefined) => void;
