/** The location of a store in an S3 bucket, and how to access it. */
export interface S3StoreOptions {
  readonly bucket: string;
  /** The prefix in the bucket. Default: none. */
  readonly prefix?: string | undefined;
  /** The address of a server other than AWS, for example `http://127.0.0.1:7070`. */
  readonly endpoint?: string | undefined;
  /** Default: from the AWS environment and files. With an endpoint and neither: `us-east-1`. */
  readonly region?: string | undefined;
  /** Whether the path contains the bucket, instead of the host name. Default: true with an endpoint, false on AWS. */
  readonly forcePathStyle?: boolean | undefined;
  /** The encryption at rest. Default: that of the bucket. */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms' | undefined;
  /** The key for `aws:kms`. Default: the S3 key of the account. */
  readonly kmsKeyId?: string | undefined;
  /** Default: from the AWS chain (environment, files, web identity, role of the instance). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /**
   * The time for parts, and for signed URLs until the server has reported its own. Default: the clock of the machine.
   */
  readonly now?: (() => Date) | undefined;
  /**
   * The maximum memory of all writes in bytes, an eighth of which serves writes of up to 1 MiB. Default: 48 MiB.
   * Parts of multipart blobs are not included: each needs only a small buffer.
   */
  readonly memoryBytes?: number | undefined;
  /** Receives a message if the credentials lack rights that storing does not need. */
  readonly tell?: ((message: string) => void) | undefined;
  /**
   * The milliseconds in which a request must make progress. A stalled request is sent at most twice. Default: 20,000.
   * Assembling the parts of a blob may take 2.5 times as long.
   */
  readonly stallTimeout?: number | undefined;
}
