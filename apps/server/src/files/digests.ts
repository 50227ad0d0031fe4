import { HttpProblem, invalidField } from '../http/problem.ts';

/** What the sender says of the content, as the blob store checks it. */
export interface ExpectedContent {
  sizeBytes?: number;
  sha256?: string;
}

/**
 * The size and SHA-256 that the headers promise: `Content-Length`; `Content-Digest` and `Repr-Digest` (RFC 9530) or
 * `Digest` (RFC 3230) with `sha-256`; `x-amz-checksum-sha256`. 422 where one is not well-formed or two contradict.
 */
export function expectedContent(headers: Readonly<Record<string, string | undefined>>): ExpectedContent {
  const expected: ExpectedContent = {};
  if (headers['content-length'] !== undefined) expected.sizeBytes = Number(headers['content-length']);
  for (const name of ['content-digest', 'repr-digest', 'digest', 'x-amz-checksum-sha256'] as const) {
    const value = headers[name];
    for (const sha256 of value === undefined ? [] : sha256sOf(name, value)) {
      if (expected.sha256 !== undefined && expected.sha256 !== sha256) {
        throw new HttpProblem(
          'checksum_mismatch',
          'The request carries two different checksums of its content.',
        );
      }
      expected.sha256 = sha256;
    }
  }
  return expected;
}

/** Each SHA-256 in a digest header, in hex; none where it has other algorithms only. */
function sha256sOf(name: string, value: string): string[] {
  if (name === 'x-amz-checksum-sha256') return [hexOf(name, value.trim())];
  return value.split(',').flatMap((member) => {
    const [algorithm = '', ...rest] = member.trim().split('=');
    if (algorithm.trim().toLowerCase() !== 'sha-256') return [];
    const base64 = rest.join('=').trim();
    return [hexOf(name, base64.replace(/^:(.*):$/, '$1'))];
  });
}

function hexOf(name: string, base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 32 && bytes.toString('base64') === base64) return bytes.toString('hex');
  throw invalidField('header', `/${name}`, 'must hold a SHA-256 in base64, for example `sha-256=:…:`');
}
