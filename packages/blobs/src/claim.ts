import { BlobStoreOwnerMismatch } from './errors.ts';

/** What the marker of a store is called, beside the blobs: no blob's key begins so. */
export const markerName = 'modelbox-owner';

/** @throws RangeError for what would not read back as it is. */
export function assertOwner(id: string): void {
  if (!/^[\w.:-]{1,128}$/.test(id)) {
    throw new RangeError('an owner is named by 1 to 128 letters, digits and any of _ . : -');
  }
}

/** @throws BlobStoreOwnerMismatch */
export function assertOwnedBy(id: string, marker: string): void {
  if (marker.trim() !== id) throw new BlobStoreOwnerMismatch(marker.trim().slice(0, 128), id);
}
