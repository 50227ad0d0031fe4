import { unpackDebian } from './debian.ts';

/**
 * The folder of an unpacked Ceph (150 MB to download, once). An older one than those of the suites checks fewer checksums.
 * @throws an Error that says why there can be none.
 */
export async function installCeph(): Promise<string> {
  try {
    return await unpackDebian('ceph', ['radosgw', 'ceph-common', 'ceph-mon', 'ceph-osd']);
  } catch (error) {
    throw new Error(`no S3 server: ${(error as Error).message}`);
  }
}
