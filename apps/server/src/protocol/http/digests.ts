import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { HttpProblem, invalidField } from '../problem.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A digest that the sender claims for the body of a request. */
export interface Claim {
  readonly algorithm: Algorithm;
  readonly hex: string;
  readonly header: string;
}

interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(encoding: 'hex'): string;
}

/** Length of the digest in bytes, and its hash function. */
const ALGORITHMS = {
  'sha-256': [32, () => createHash('sha256')],
  'sha-512': [64, () => createHash('sha512')],
  sha: [20, () => createHash('sha1')],
  md5: [16, () => createHash('md5')],
  crc32: [4, newCrc32],
} as const satisfies Record<string, readonly [bytes: number, start: () => Hash]>;

export type Algorithm = keyof typeof ALGORITHMS;

const NAMES = Object.keys(ALGORITHMS).join(', ');

const IN_HEADERS: Readonly<Record<string, Algorithm>> = {
  md5: 'md5',
  sha1: 'sha',
  sha256: 'sha-256',
  sha512: 'sha-512',
  crc32: 'crc32',
};

/** Headers that claim a digest of the body. The server refuses such a header if it cannot check it. */
const CLAIMING = new RegExp(
  [
    '(?:(?:content|repr|unencoded)-)?digest|content-md5|etag',
    'x-amz-(?:content-sha256|checksum-(?!algorithm$|type$|mode$).+|trailer)',
    'x-goog-(?:hash|content-sha256)|x-ms-(?:blob-)?content-(?:md5|crc64)',
    'x-(?:checksum|content)-(?:md5|sha-?\\d+|crc.*)|x-bz-content-sha1|(?:upload|oc|x)-checksum',
  ]
    .map((names) => `^(?:${names})$`)
    .join('|'),
);

/**
 * Returns the claimed digests, one for each algorithm. The server checks every claim or refuses the request.
 * @throws HttpProblem invalid: 422 for a claim that is malformed, or that the server cannot check
 * @throws HttpProblem checksum_mismatch: 422 for two claims that contradict each other
 */
export function claimsIn(headers: Headers): Claim[] {
  const claims = new Map<Algorithm, Claim>();
  for (const [header, text] of Object.entries(headers)) {
    if (text === undefined || (header !== 'trailer' && !CLAIMING.test(header))) continue;
    for (const claim of claimsOf(header, String(text).trim())) {
      const other = claims.get(claim.algorithm);
      if (other !== undefined && other.hex !== claim.hex)
        throw new HttpProblem(
          'checksum_mismatch',
          `The headers ${other.header} and ${header} claim two different ${claim.algorithm} digests for one body.`,
        );
      claims.set(claim.algorithm, claim);
    }
  }
  return [...claims.values()];
}

function claimsOf(header: string, text: string): Claim[] {
  if (header === 'trailer') return refuseTrailers(text);
  if (header === 'content-digest' || header === 'repr-digest') return structured(header, text);
  if (header === 'digest' || header === 'x-goog-hash') return listed(header, text);
  if (header === 'etag') return [hexClaim(header, 'sha-256', /^"(.*)"$/.exec(text)?.[1] ?? '')];
  if (header === 'content-md5' || /^x-ms-.*md5$/.test(header)) return [base64Claim(header, 'md5', text)];
  if (/^x-(?:amz|goog)-content-sha256$/.test(header))
    return text === 'UNSIGNED-PAYLOAD' ? [] : [hexClaim(header, 'sha-256', text)];
  return [checksumClaim(header, text)];
}

/** Parses a header that names its algorithm, like `x-checksum-sha256`. Amazon sends base64, all others send hex. */
function checksumClaim(header: string, text: string): Claim {
  const [, vendor, name = ''] = /^x-(amz-checksum|checksum|content)-(.+)$/.exec(header) ?? [];
  const algorithm = IN_HEADERS[name.replace('sha-', 'sha')];
  if (vendor === undefined || algorithm === undefined) throw unchecked(header);
  return vendor === 'amz-checksum' ? base64Claim(header, algorithm, text) : hexClaim(header, algorithm, text);
}

/** Parses a dictionary of byte sequences (RFC 9530, RFC 9651): `sha-256=:<base64>:`. */
function structured(header: string, text: string): Claim[] {
  return text.split(',').map((member) => {
    const [, name, base64] = /^[ \t]*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):[ \t]*$/.exec(member) ?? [];
    if (name === undefined || base64 === undefined)
      throw malformed(header, 'a dictionary of digests in base64 between colons, like `sha-256=:…:`');
    return base64Claim(header, known(header, name), base64);
  });
}

/** Parses `SHA-256=<base64>,md5=<base64>`, the form of RFC 3230 and Google Cloud Storage. */
function listed(header: string, text: string): Claim[] {
  return text.split(',').map((member) => {
    const [, name, base64] = /^\s*([\w-]+)=(\S+)\s*$/.exec(member) ?? [];
    if (name === undefined || base64 === undefined)
      throw malformed(header, 'a list of digests in base64, like `sha-256=…`');
    return base64Claim(header, known(header, name.toLowerCase()), base64);
  });
}

function known(header: string, name: string): Algorithm {
  if (Object.hasOwn(ALGORITHMS, name)) return name as Algorithm;
  throw unchecked(header, name);
}

function base64Claim(header: string, algorithm: Algorithm, base64: string): Claim {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === ALGORITHMS[algorithm][0] && bytes.toString('base64') === base64)
    return { algorithm, hex: bytes.toString('hex'), header };
  throw malformed(header, `a ${algorithm} digest, which is ${ALGORITHMS[algorithm][0]} bytes, in base64`);
}

function hexClaim(header: string, algorithm: Algorithm, hex: string): Claim {
  if (/^[0-9a-f]*$/i.test(hex) && hex.length === 2 * ALGORITHMS[algorithm][0])
    return { algorithm, hex: hex.toLowerCase(), header };
  throw malformed(header, `a ${algorithm} digest in hex, which is ${2 * ALGORITHMS[algorithm][0]} digits`);
}

/** A trailer arrives when the body is already stored, too late for a check. */
function refuseTrailers(names: string): Claim[] {
  const name = names
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .find((each) => CLAIMING.test(each));
  if (name === undefined) return [];
  throw invalidField(
    'header',
    '/trailer',
    `announces ${name} after the body; send it as a header before the body`,
  );
}

const malformed = (header: string, what: string): HttpProblem =>
  invalidField('header', `/${header}`, `must be ${what}`);

const unchecked = (header: string, algorithm?: string): HttpProblem =>
  invalidField(
    'header',
    `/${header}`,
    `${algorithm === undefined ? 'is a checksum that' : `names ${algorithm}, which`} the server does not check; ` +
      `send Content-Digest (RFC 9530) with ${NAMES}, or leave it out`,
  );

export function checker(claims: readonly Claim[]) {
  const hashes = claims.map((claim) => ({ claim, hash: ALGORITHMS[claim.algorithm][1]() as Hash }));
  return {
    update(bytes: Uint8Array): void {
      for (const { hash } of hashes) hash.update(bytes);
    },
    /** @throws HttpProblem checksum_mismatch: 422 */
    finish(): void {
      for (const { claim, hash } of hashes) {
        const actual = hash.digest('hex');
        if (actual === claim.hex) continue;
        const { algorithm, header, hex } = claim;
        const detail =
          `The body has the ${algorithm} digest ${actual}, not ${hex}, as the header ${header} says ` +
          '(in hex).';
        throw new HttpProblem('checksum_mismatch', detail);
      }
    },
  };
}

/** Refuses unannounced digests in trailers. Only a chunked body can have trailers. */
export function demandNoTrailers({ headers, trailers }: Pick<IncomingMessage, 'headers' | 'trailers'>): void {
  if (headers['transfer-encoding'] === undefined) return;
  const name = Object.keys(trailers).find((each) => CLAIMING.test(each));
  if (name !== undefined)
    throw invalidField('header', `/${name}`, 'came after the body; send it as a header before the body');
}

function newCrc32(): Hash {
  let value = 0;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    digest: () => value.toString(16).padStart(8, '0'),
  };
}
