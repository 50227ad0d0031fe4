/** Receives the bytes so far and the total. `total` is undefined if unknown. */
export type Progress = (bytes: number, total: number | undefined) => void;

/** Reports only new maxima, so that a retry does not move progress backwards. */
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
