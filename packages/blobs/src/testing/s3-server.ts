import { startCeph } from './ceph.ts';
import { installCeph } from './ceph-install.ts';

/** The address and credentials of an S3 server. */
export interface S3Server {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The server of the environment, if set. */
export function externalS3(): S3Server | undefined {
  const { MODELBOX_TEST_S3_ENDPOINT: endpoint, MODELBOX_TEST_S3_ACCESS_KEY: accessKeyId = '' } = process.env;
  const { MODELBOX_TEST_S3_SECRET_KEY: secretAccessKey = '' } = process.env;
  return endpoint ? { endpoint, accessKeyId, secretAccessKey } : undefined;
}

/**
 * Starts an S3 server outside of vitest: the one of the environment, or a local Ceph.
 * @param diskBytes the maximum size of all objects on the local Ceph.
 * @throws an Error with the reason if there is none.
 */
export async function startS3(diskBytes: number): Promise<S3Server & { stop(): Promise<void> }> {
  const external = externalS3();
  if (external) return { ...external, stop: async () => {} };
  const { accessKeyId, secretAccessKey, openGateway, stop } = await startCeph(await installCeph(), diskBytes);
  const { endpoint } = await openGateway();
  return { endpoint, accessKeyId, secretAccessKey, stop };
}
