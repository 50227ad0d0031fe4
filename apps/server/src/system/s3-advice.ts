import { S3Failure } from '@modelbox/blobs';

/** Advice for known failures, by the code of the server or of the connection. */
const BY_CODE: Readonly<Record<string, string>> = {
  AccessDenied: 'Give the credentials the rights that docs/artifacts.md lists, on this bucket and prefix.',
  CredentialsProviderError:
    'No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a role of the machine.',
  ExpiredToken: 'The credentials have expired: renew them.',
  InvalidAccessKeyId: 'The server does not know the access key: see AWS_ACCESS_KEY_ID or the AWS profile.',
  SignatureDoesNotMatch:
    'The secret key is not that of the access key: see AWS_SECRET_ACCESS_KEY. A proxy that changes the Host header has the same effect.',
  NoSuchBucket: 'There is no such bucket: create it, or correct the name in MODELBOX_BLOBS.',
  PermanentRedirect: 'The bucket lies in another region: see MODELBOX_S3_REGION.',
  AuthorizationHeaderMalformed: 'The bucket lies in another region: see MODELBOX_S3_REGION.',
  RequestTimeTooSkewed: 'The clocks of this machine and of the S3 server differ: set them right.',
  S3Stalled:
    'The server accepts connections and does not answer: see whether it works, and what lies between. MODELBOX_S3_STALL_TIMEOUT is the time that it has.',
  TimeoutError: 'Nothing answers at this address: see MODELBOX_S3_ENDPOINT, the network and firewalls.',
  ECONNREFUSED: 'Nothing listens at this address: see MODELBOX_S3_ENDPOINT, and whether the S3 server runs.',
  ECONNRESET:
    'The connection was broken off: see whether MODELBOX_S3_ENDPOINT needs https://, and what lies between.',
  ENOTFOUND:
    'There is no such host: see MODELBOX_S3_ENDPOINT. With a bucket in the host name, MODELBOX_S3_FORCE_PATH_STYLE=true may help.',
  EPROTO: 'The server speaks no TLS there: see whether MODELBOX_S3_ENDPOINT should begin with http://.',
};

const OTHERWISE =
  'See MODELBOX_BLOBS and MODELBOX_S3_ENDPOINT, the credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) and MODELBOX_S3_REGION.';

/** Advice for a request to S3 that failed. */
export function s3Advice(cause: unknown): string {
  if (!(cause instanceof S3Failure)) return OTHERWISE;
  const known = BY_CODE[cause.code ?? ''];
  if (known !== undefined) return known;
  if (cause.status === undefined || cause.code !== undefined) return OTHERWISE;
  return `Something answers there, but not as an S3 server does: see whether MODELBOX_S3_ENDPOINT names one. ${OTHERWISE}`;
}
