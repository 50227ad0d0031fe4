/** With files named, even none, or said to be so it is ready; otherwise its files are still to come. */
export const isReadyAtOnce = ({
  status,
  files,
}: {
  status?: 'pending' | 'ready' | undefined;
  files?: unknown;
}): boolean => (status === undefined ? files !== undefined : status === 'ready');
