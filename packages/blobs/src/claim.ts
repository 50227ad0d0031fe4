import { BlobStoreOwnerMismatch } from './errors.ts';

/** The name of the marker of a store. No key of a blob begins like this. */
export const markerName = 'modelbox-owner';

/** @throws RangeError for ids that would not read back unchanged. */
export function assertOwner(id: string): void {
  if (!/^[\w.:-]{1,128}$/.test(id)) {
    throw new RangeError('the id of an owner must be 1 to 128 letters, digits and any of _ . : -');
  }
}

/** @throws BlobStoreOwnerMismatch */
export function assertOwnedBy(id: string, marker: string): void {
  if (marker.trim() !== id) throw new BlobStoreOwnerMismatch(marker.trim().slice(0, 128), id);
}
