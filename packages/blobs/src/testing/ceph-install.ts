import { unpackDebian } from './debian.ts';

/**
 * Returns the folder of an unpacked Ceph (150 MB, downloaded once). Older releases than these check fewer checksums.
 * @throws an Error with the reason if there is none.
 */
export async function installCeph(): Promise<string> {
  try {
    return await unpackDebian('ceph', ['radosgw', 'ceph-common', 'ceph-mon', 'ceph-osd']);
  } catch (error) {
    throw new Error(`no S3 server: ${(error as Error).message}`);
  }
}
