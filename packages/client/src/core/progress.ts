/** `bytes` so far, of `total`; `total` is undefined where the length is not known beforehand. */
export type Progress = (bytes: number, total: number | undefined) => void;

/** Tells only of what is further than ever before: what is moved once more is no step back. */
export function onlyForward(progress: Progress | undefined): Progress | undefined {
  let told = -1;
  return (
    progress &&
    ((bytes, total) => {
      if (bytes <= told) return;
      told = bytes;
      progress(bytes, total);
    })
  );
}
