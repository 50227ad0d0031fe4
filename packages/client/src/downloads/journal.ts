import { nodeModule } from '../core/node.ts';

/** The content of the download and its part size. */
export interface JournalHead {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly partSize: number;
}

/**
 * The parts of a partial file that are on disk: a head as a line of JSON, then a line with the number of each part. A
 * number is written after its part is on disk, so it is always true.
 */
export interface Journal {
  /** The size of the parts that `done` counts. */
  readonly partSize: number;
  readonly done: ReadonlySet<number>;
  readonly add: (parts: readonly number[]) => Promise<void>;
  close(): Promise<void>;
}

/** Opens the journal of an earlier call if it is about the same content. Otherwise starts a new one. */
export async function openJournal(path: string, head: JournalHead, isNew: boolean): Promise<Journal> {
  const fs = nodeModule('fs/promises', 'Writing a file');
  const text = isNew ? '' : await fs.readFile(path, 'latin1').catch(() => '');
  const found = read(text, head);
  const file = await fs.open(path, found ? 'r+' : 'w');
  let end = found?.end ?? 0;

  async function append(line: string): Promise<void> {
    const bytes = new TextEncoder().encode(line);
    await file.write(bytes, 0, bytes.byteLength, end);
    end += bytes.byteLength;
    await file.datasync();
  }

  try {
    // The next line would continue a truncated one.
    await file.truncate(end);
    if (!found) await append(`${JSON.stringify(head)}\n`);
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    partSize: found?.partSize ?? head.partSize,
    done: found?.done ?? new Set(),
    add: (parts) => append(parts.map((part) => `${part}\n`).join('')),
    close: () => file.close(),
  };
}

/** Reads the lines up to the first that is not a part number. Undefined if the head differs. */
function read(text: string, { sizeBytes, sha256 }: JournalHead) {
  const [first = '', ...lines] = text.split('\n').slice(0, -1);
  const head = parseHead(first);
  if (head?.sizeBytes !== sizeBytes || head.sha256 !== sha256) return undefined;
  const done = new Set<number>();
  let end = first.length + 1;
  for (const line of lines) {
    if (!/^\d+$/.test(line) || Number(line) * head.partSize >= sizeBytes) break;
    done.add(Number(line));
    end += line.length + 1;
  }
  return { partSize: head.partSize, done, end };
}

function parseHead(line: string): JournalHead | undefined {
  try {
    const head = JSON.parse(line) as JournalHead;
    return Number.isSafeInteger(head.partSize) && head.partSize > 0 ? head : undefined;
  } catch {
    return undefined;
  }
}
