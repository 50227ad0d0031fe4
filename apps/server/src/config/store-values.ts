import { matching } from './setting-values.ts';

export interface BucketLocation {
  readonly bucket: string;
  readonly prefix: string;
}

export function blobLocation(text: string): 'disk' | BucketLocation {
  if (text === 'disk') return 'disk';
  const form =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*))?\/?$/;
  matching(text, form, '"disk" or a bucket such as "s3://bucket/prefix"');
  const [, bucket = '', prefix = ''] = form.exec(text) ?? [];
  return { bucket, prefix };
}

export interface S3Encryption {
  readonly serverSideEncryption?: 'AES256' | 'aws:kms';
  readonly kmsKeyId?: string;
}

export function s3Encryption(text: string): S3Encryption {
  const form = /^(?:none|AES256|aws:kms(?::(\S+))?)$/;
  matching(text, form, 'none, AES256, aws:kms or aws:kms:<key>');
  if (text === 'none') return {};
  if (text === 'AES256') return { serverSideEncryption: 'AES256' };
  const kmsKeyId = form.exec(text)?.[1];
  return { serverSideEncryption: 'aws:kms', ...(kmsKeyId !== undefined && { kmsKeyId }) };
}
