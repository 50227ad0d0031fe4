import { HttpProblem } from '../../../protocol/problem.ts';

/**
 * Refuses a body that is not the plain content, because the server stores the bytes of the body. Throws 415 for encoded
 * content, and 400 for a partial PUT (RFC 9110, 14.5).
 */
export function demandAsItIs(headers: Readonly<Record<string, string | undefined>>): void {
  const coding = headers['content-encoding']?.trim() ?? '';
  if (!/^(?:identity)?$/i.test(coding)) {
    const detail = `The server stores content as it is sent. Send it without Content-Encoding: ${coding}.`;
    throw new HttpProblem('unsupported_media_type', detail);
  }
  if (headers['content-range'] !== undefined)
    throw new HttpProblem(
      'malformed',
      'Content-Range is not allowed. Send the whole file, or create an upload in parts.',
    );
  const transfer = headers['transfer-encoding']?.trim() ?? 'chunked';
  if (transfer.toLowerCase() !== 'chunked')
    throw new HttpProblem('malformed', `Transfer-Encoding must be chunked, not ${transfer}.`);
}
