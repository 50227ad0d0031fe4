/** Whether a new object is ready at once: by its `status`, or else if the request has `files`, even an empty list. */
export const isReadyAtOnce = ({
  status,
  files,
}: {
  status?: 'pending' | 'ready' | undefined;
  files?: unknown;
}): boolean => (status === undefined ? files !== undefined : status === 'ready');
