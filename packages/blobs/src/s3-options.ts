/** Where a store in an S3 bucket lies, and how it is spoken to. */
export interface S3StoreOptions {
  readonly bucket: string;
  /** Where in the bucket. Default: at its root. */
  readonly prefix?: string | undefined;
  /** A server other than AWS, for example `http://127.0.0.1:7070`. */
  readonly endpoint?: string | undefined;
  /** Default: what the AWS environment and files say; with an endpoint and neither `us-east-1`. */
  readonly region?: string | undefined;
  /** The bucket in the path and not in the host name. Default: yes with an endpoint, no on AWS. */
  readonly forcePathStyle?: boolean | undefined;
  /** Encryption at rest to ask for. Default: what the bucket says. */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms' | undefined;
  /** With `aws:kms`. Default: the account's own key for S3. */
  readonly kmsKeyId?: string | undefined;
  /** Default: the AWS chain: environment, files, web identity, the instance's role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** The time of parts, and of signed URLs until the server has told its own. Default: the machine's clock. */
  readonly now?: (() => Date) | undefined;
  /**
   * Bytes that all writes together hold in memory at most, an eighth of them for those of up to 1 MiB. Default: 48 MiB.
   * Parts of multipart blobs come on top, but are held in small pieces only.
   */
  readonly memoryBytes?: number | undefined;
  /** Told which rights the credentials lack that storing does not need. */
  readonly tell?: ((message: string) => void) | undefined;
  /**
   * Milliseconds in which a request must make progress; what makes none is sent at most twice. Default: 20,000. To put
   * the parts of a blob together may take 2.5 times as long.
   */
  readonly stallTimeout?: number | undefined;
}
