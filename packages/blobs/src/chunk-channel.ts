import { channel } from 'node:diagnostics_channel';

/** Receives the size in bytes of each chunk of content that passes through the process. */
export const chunkChannel = channel('modelbox:blobs:chunk');
