import { nodeModule } from '../core/node.ts';

/** What is to be gathered, and in parts of which size. */
export interface JournalHead {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly partSize: number;
}

/**
 * Which parts of a partial file are on disk: its head as a line of JSON, then a line with each one's number. A number is
 * written when the part is on disk, so what it says is so, whatever comes.
 */
export interface Journal {
  /** Of the parts that `done` counts. */
  readonly partSize: number;
  readonly done: ReadonlySet<number>;
  readonly add: (parts: readonly number[]) => Promise<void>;
  close(): Promise<void>;
}

/** Opens what an earlier call wrote where it is about the same content, and otherwise begins a new one. */
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
    // A line that a crash cut off would run into the next.
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

/** The lines up to the first that is no part's number; undefined where the head is another. */
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
