import { HttpProblem } from '../../../protocol/problem.ts';

/**
 * Refuses a body that is not the content itself: it would be stored as it comes, and given to readers as what it is not.
 * 415 where it is encoded; 400 where it is a range of the content (RFC 9110, 14.5), as what resumes a PUT sends it.
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
