import { startCeph } from './ceph.ts';
import { installCeph } from './ceph-install.ts';

/** How to reach an S3 server. */
export interface S3Server {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The server that the environment names, if it names one. */
export function externalS3(): S3Server | undefined {
  const { MODELBOX_TEST_S3_ENDPOINT: endpoint, MODELBOX_TEST_S3_ACCESS_KEY: accessKeyId = '' } = process.env;
  const { MODELBOX_TEST_S3_SECRET_KEY: secretAccessKey = '' } = process.env;
  return endpoint ? { endpoint, accessKeyId, secretAccessKey } : undefined;
}

/**
 * An S3 server outside vitest: the one that the environment names, or a Ceph of our own.
 * @param diskBytes what all objects together may take on ours.
 * @throws an Error that says why there can be none.
 */
export async function startS3(diskBytes: number): Promise<S3Server & { stop(): Promise<void> }> {
  const external = externalS3();
  if (external) return { ...external, stop: async () => {} };
  const { accessKeyId, secretAccessKey, openGateway, stop } = await startCeph(await installCeph(), diskBytes);
  const { endpoint } = await openGateway();
  return { endpoint, accessKeyId, secretAccessKey, stop };
}
