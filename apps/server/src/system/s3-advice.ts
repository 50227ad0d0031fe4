import { S3Failure } from '@modelbox/blobs';

const BY_CODE: Readonly<Record<string, string>> = {
  AccessDenied: 'Give the credentials the rights that docs/artifacts.md lists, on this bucket and prefix.',
  CredentialsProviderError:
    'No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a ' +
    'role of the machine.',
  ExpiredToken: 'The credentials have expired: renew them.',
  InvalidAccessKeyId: 'The server does not know the access key: check AWS_ACCESS_KEY_ID or the AWS profile.',
  SignatureDoesNotMatch:
    'The secret key does not belong to the access key: check AWS_SECRET_ACCESS_KEY. A proxy that ' +
    'changes the Host header has the same effect.',
  NoSuchBucket: 'There is no such bucket: create it, or correct the name in MODELBOX_BLOBS.',
  PermanentRedirect: 'The bucket is in another region: correct MODELBOX_S3_REGION.',
  AuthorizationHeaderMalformed: 'The bucket is in another region: correct MODELBOX_S3_REGION.',
  RequestTimeTooSkewed: 'The clocks of this machine and of the S3 server differ: correct them.',
  S3Stalled:
    'The server accepts connections but does not answer: check the server, and proxies on the way. ' +
    'MODELBOX_S3_STALL_TIMEOUT sets how long ModelBox waits.',
  TimeoutError: 'Nothing answers at this address: check MODELBOX_S3_ENDPOINT, the network and firewalls.',
  ECONNREFUSED:
    'Nothing listens at this address: check MODELBOX_S3_ENDPOINT, and whether the S3 server runs.',
  ECONNRESET:
    'The connection was reset: check whether MODELBOX_S3_ENDPOINT needs https://, and proxies on the way.',
  ENOTFOUND:
    'There is no such host: check MODELBOX_S3_ENDPOINT. If the host name contains the bucket, ' +
    'MODELBOX_S3_FORCE_PATH_STYLE=true may help.',
  EPROTO: 'The server does not speak TLS there: check whether MODELBOX_S3_ENDPOINT must begin with http://.',
};

const OTHERWISE =
  'Check MODELBOX_BLOBS, MODELBOX_S3_ENDPOINT, MODELBOX_S3_REGION and the credentials ' +
  '(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).';

export function s3Advice(cause: unknown): string {
  if (!(cause instanceof S3Failure)) return OTHERWISE;
  const known = BY_CODE[cause.code ?? ''];
  if (known !== undefined) return known;
  if (cause.status === undefined || cause.code !== undefined) return OTHERWISE;
  return (
    'Something answers there, but not as an S3 server does: check whether MODELBOX_S3_ENDPOINT names ' +
    `one. ${OTHERWISE}`
  );
}
