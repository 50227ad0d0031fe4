import type { IncomingHttpHeaders } from 'node:http';

/** One request to an S3 server with the bucket in the path. */
export interface S3Request {
  /** The name in S3's API, for example `UploadPart`; `Unknown` for requests that the store never makes. */
  readonly operation: string;
  readonly bucket: string;
  /** The object's key, decoded; empty for requests to the bucket. */
  readonly key: string;
  readonly method: string;
  readonly url: string;
}

type Names = Readonly<Record<string, string>>;

/** Operations by method and the first matching query parameter. The empty parameter comes last. */
const onBucket: Readonly<Record<string, Names>> = {
  GET: {
    uploads: 'ListMultipartUploads',
    'list-type': 'ListObjectsV2',
    versions: 'ListObjectVersions',
    versioning: 'GetBucketVersioning',
    '': 'ListObjects',
  },
  HEAD: { '': 'HeadBucket' },
  PUT: { versioning: 'PutBucketVersioning', policy: 'PutBucketPolicy', '': 'CreateBucket' },
  POST: { delete: 'DeleteObjects' },
  DELETE: { policy: 'DeleteBucketPolicy', '': 'DeleteBucket' },
};

const onObject: Readonly<Record<string, Names>> = {
  GET: { uploadId: 'ListParts', attributes: 'GetObjectAttributes', '': 'GetObject' },
  HEAD: { '': 'HeadObject' },
  PUT: { uploadId: 'UploadPart', '': 'PutObject' },
  POST: { uploads: 'CreateMultipartUpload', uploadId: 'CompleteMultipartUpload' },
  DELETE: { uploadId: 'AbortMultipartUpload', '': 'DeleteObject' },
};

export function s3Request(method: string, url: string, headers: IncomingHttpHeaders): S3Request {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const [, bucket = '', rest = ''] = /^\/([^/]*)\/?(.*)$/.exec(pathname) ?? [];
  const names = (rest === '' ? onBucket : onObject)[method] ?? {};
  const parameter = Object.keys(names).find((name) => name === '' || searchParams.has(name));
  const named = parameter === undefined || bucket === '' ? 'Unknown' : (names[parameter] ?? 'Unknown');
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  const operation = isCopy ? (named === 'UploadPart' ? 'UploadPartCopy' : 'CopyObject') : named;
  return { operation, bucket, key: decodeURIComponent(rest), method, url };
}
