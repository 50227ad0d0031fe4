/** Whether a request can be sent once more: a body that was streamed is gone. */
export function canRepeat(input: object): boolean {
  const { Body } = input as { Body?: unknown };
  return Body === undefined || typeof Body === 'string' || Body instanceof Uint8Array;
}
