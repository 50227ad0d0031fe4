import type { S3Client } from '@aws-sdk/client-s3';

/** One bucket as a store sees it: the client, and what every request to it says alike. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly name: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
  readonly now: () => Date;
  /** The time of the S3 server, as its answers have told it. */
  readonly serverTime: () => Date;
  /** How what is written is to be encrypted at rest. */
  readonly encryption: {
    readonly ServerSideEncryption?: 'AES256' | 'aws:kms';
    readonly SSEKMSKeyId?: string;
  };
  /** Milliseconds without progress after which a request is given up. */
  readonly stallTimeout: number;
  /** `Bucket` and `Key` of a blob. @throws BlobKeyInvalid */
  at(key: string): { Bucket: string; Key: string };
  /** The blob that lies at an object's key; `undefined` for what no store put there. */
  keyOf(objectKey: string): string | undefined;
}
