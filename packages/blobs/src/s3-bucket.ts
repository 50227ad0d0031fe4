import type { S3Client } from '@aws-sdk/client-s3';

/** A bucket, with its client and the common parts of all requests. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly name: string;
  /** The prefix: empty, or with a trailing slash. */
  readonly prefix: string;
  readonly now: () => Date;
  /** The time of the S3 server, according to its answers. */
  readonly serverTime: () => Date;
  /** The encryption of written objects at rest. */
  readonly encryption: {
    readonly ServerSideEncryption?: 'AES256' | 'aws:kms';
    readonly SSEKMSKeyId?: string;
  };
  /** The milliseconds without progress after which a request is aborted. */
  readonly stallTimeout: number;
  /** `Bucket` and `Key` of a blob. @throws BlobKeyInvalid */
  at(key: string): { Bucket: string; Key: string };
  /** The key of the blob at an object key. `undefined` if no store created the object. */
  keyOf(objectKey: string): string | undefined;
}
