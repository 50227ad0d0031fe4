/** Whether a request can be retried. A streamed body can be sent only once. */
export function canRepeat(input: object): boolean {
  const { Body } = input as { Body?: unknown };
  return Body === undefined || typeof Body === 'string' || Body instanceof Uint8Array;
}
