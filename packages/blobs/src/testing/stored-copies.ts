import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** Changes stored copies directly, like a failing disk or somebody with the credentials. */
export interface StoredCopies {
  remove(key: string): Promise<void>;
  truncate(key: string): Promise<void>;
  /** Flips the last bit. The size stays. */
  flip(key: string): Promise<void>;
  /** Writes an object. */
  write(key: string, content: Buffer): Promise<void>;
  read(key: string): Promise<Buffer>;
}

/** Damages copies in a disk store. A copy in parts becomes one file. */
export function copiesOnDisk(root: string): StoredCopies {
  const pathOf = (key: string) => join(root, 'objects', key.slice(0, 2), key.slice(2, 4), key);
  const remove = (key: string) => rm(pathOf(key), { recursive: true });
  const write = async (key: string, content: Buffer) => {
    await mkdir(dirname(pathOf(key)), { recursive: true });
    await rm(pathOf(key), { recursive: true, force: true });
    await writeFile(pathOf(key), content);
  };
  const read = async (key: string) => {
    const path = pathOf(key);
    if ((await stat(path)).isFile()) return readFile(path);
    const parts = (await readdir(path)).sort();
    return Buffer.concat(await Promise.all(parts.map((part) => readFile(join(path, part)))));
  };
  return damageBy({ remove, write, read });
}

/** Damages copies in a bucket. */
export function copiesInS3(
  client: S3Client,
  { bucket, prefix }: { bucket: string; prefix?: string | undefined },
): StoredCopies {
  const at = (key: string) => ({
    Bucket: bucket,
    Key: `${prefix ? `${prefix}/` : ''}${key.slice(0, 2)}/${key.slice(2)}`,
  });
  return damageBy({
    remove: async (key) => void (await client.send(new DeleteObjectCommand(at(key)))),
    write: async (key, content) =>
      void (await client.send(new PutObjectCommand({ ...at(key), Body: content }))),
    read: async (key) => {
      const { Body } = await client.send(new GetObjectCommand(at(key)));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
  });
}

type Primitives = Pick<StoredCopies, 'remove' | 'write' | 'read'>;

const damageBy = ({ remove, write, read }: Primitives): StoredCopies => ({
  remove,
  write,
  read,
  truncate: async (key) => write(key, (await read(key)).subarray(0, -1)),
  flip: async (key) => {
    const content = Buffer.from(await read(key));
    content.writeUInt8(content.readUInt8(content.length - 1) ^ 1, content.length - 1);
    await write(key, content);
  },
});
