import { ModelBox, ModelBoxError } from '@modelbox/client';
import type { Content } from './content.ts';
import { exchange } from './exchange.ts';
import type { Entry, Ledger } from './ledger.ts';
import { PART, type Step } from './plan.ts';
import { nameIn, readArchive, readByClient, readHead, readRange, readWhole } from './reads.ts';
import {
  adoptUploads,
  beginUpload,
  completeUpload,
  DIRECT_PATIENCE,
  sendPart,
  sendParts,
} from './uploads.ts';

export interface Writer {
  readonly experiment: string;
  run(steps: readonly Step[]): Promise<void>;
}

interface Checkpoint {
  readonly id: string;
  readonly entries: readonly Entry[];
}

/** Milliseconds that the client waits for the verification of an upload. Some faults last as long as the load. */
const PATIENCE = 20_000;
/**
 * Milliseconds after which the client gives up a request; the server answers long before. A request carried out after
 * that would change a file without the ledger.
 */
const REQUEST_PATIENCE = 120_000;

/** Sends a request of the client straight to S3. If S3 stalls, fails like a broken connection. */
const fetchDirect: typeof fetch = async (input, init) => {
  const limit = AbortSignal.timeout(DIRECT_PATIENCE);
  const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
  try {
    return await fetch(input, { ...init, signal });
  } catch (error) {
    throw limit.aborted ? new TypeError('fetch failed', { cause: error }) : error;
  }
};

export async function newWriter(url: string, ledger: Ledger, name: string): Promise<Writer> {
  const created = await exchange('POST', `${url}/v1/experiments`, { namespace: 'ledger', name });
  const experiment: string = created.body.id;
  const target = { url, ledger };
  const client = new ModelBox({
    baseUrl: url,
    maxRetries: 1,
    timeoutMs: REQUEST_PATIENCE,
    fetch: (input, init) => {
      const address = input instanceof Request ? input.url : String(input);
      return address.startsWith(url) ? fetch(input, init) : fetchDirect(input, init);
    },
  });
  const checkpoints: Checkpoint[] = [];
  const slots = new Set<Entry>();
  let epoch = 0;

  const slotOf = (slot: number) => {
    const entry = ledger.entry(`/v1/experiments/${experiment}/files/slot-${slot}.bin`);
    slots.add(entry);
    return entry;
  };

  const put = async (entry: Entry, bytes: Buffer, sha256: string): Promise<boolean> => {
    entry.touches += 1;
    const answer = await exchange('PUT', `${url}${entry.path}`, bytes);
    const isDone = ledger.judge(`PUT ${entry.path}`, answer, ['200', '201']);
    ledger.wrote(entry, sha256, isDone);
    return isDone;
  };

  /** Whether a file of this writer certainly has the content. Other writers may delete theirs at any time. */
  const isStored = (sha256: string): boolean =>
    [...slots, ...checkpoints.flatMap(({ entries }) => entries)].some(
      (entry) => entry.may.size === 1 && entry.may.has(sha256) && !ledger.isPending(entry),
    );

  const attach = async (entry: Entry, sha256: string): Promise<boolean> => {
    const [base] = entry.path.split('/files/');
    const isCertain = isStored(sha256) && !ledger.tolerance.damage;
    entry.touches += 1;
    const files = [{ path: nameIn(entry), sha256 }];
    const answer = await exchange('POST', `${url}${base}/files/attach`, { files });
    const isDone = ledger.judge(`attach ${entry.path}`, answer, ['200', ...(isCertain ? [] : ['404'])]);
    if (answer.status !== 404) ledger.wrote(entry, sha256, isDone);
    return isDone;
  };

  const uploadByClient = async (entry: Entry, content: Content) => {
    entry.touches += 1;
    const options = { partsFrom: 1, partSize: PART, settleTimeoutMs: PATIENCE };
    const isDone = await client.experiments.files
      .upload(experiment, nameIn(entry), content.bytes(), options)
      .then(() => true)
      .catch((error: unknown) => {
        if (!(error instanceof ModelBoxError && ledger.tolerance.faults))
          ledger.problem(`client.upload ${entry.path}: ${String(error)}`);
        return false;
      });
    ledger.count(`client.upload ${isDone ? 'done' : 'failed'}`);
    ledger.wrote(entry, content.sha256, isDone);
    if (!isDone) await adoptUploads(target, experiment, entry, content);
  };

  const uploadInParts = async ({ slot, content, way, isAnnounced }: Extract<Step, { do: 'parts' }>) => {
    const entry = slotOf(slot);
    if (way === 'client') return uploadByClient(entry, content);
    const upload = await beginUpload(target, experiment, entry, content, isAnnounced);
    if (upload) await completeUpload(target, upload, await sendParts(target, upload, way));
  };

  const abandon = async ({ slot, content }: Extract<Step, { do: 'abandon' }>) => {
    const upload = await beginUpload(target, experiment, slotOf(slot), content, false);
    if (!upload) return;
    await sendPart(target, upload, 2);
    const answer = await exchange('DELETE', `${url}/v1/uploads/${upload.id}`);
    upload.isOver = ledger.judge('abort upload', answer, ['204']);
  };

  const makeCheckpoint = async ({ contents }: Extract<Step, { do: 'checkpoint' }>) => {
    epoch += 1;
    const made = await exchange('POST', `${url}/v1/experiments/${experiment}/checkpoints`, { epoch });
    if (!ledger.judge('create checkpoint', made, ['201'])) return;
    const base = `/v1/checkpoints/${made.body.id}`;
    const [first, second] = [ledger.entry(`${base}/files/a.bin`), ledger.entry(`${base}/files/b.bin`)];
    const [fresh, old] = contents;
    const hasFirst = await put(first, fresh.bytes(), fresh.sha256);
    const hasSecond = (await attach(second, old.sha256)) || (await put(second, old.bytes(), old.sha256));
    if (!(hasFirst && hasSecond)) return;
    const answer = await exchange('POST', `${url}${base}/finalize`);
    if (ledger.judge('finalize', answer, ['200']))
      checkpoints.push({ id: made.body.id, entries: [first, second] });
  };

  const remove = async (entry: Entry) => {
    entry.touches += 1;
    const answer = await exchange('DELETE', `${url}${entry.path}`);
    const allowed = ['204', ...(entry.may.has(null) ? ['404'] : [])];
    const isDone = ledger.judge(`DELETE ${entry.path}`, answer, allowed);
    ledger.wrote(entry, null, isDone || answer.status === 404);
  };

  const carryOut = async (step: Step): Promise<unknown> => {
    switch (step.do) {
      case 'put':
        return put(slotOf(step.slot), step.content.bytes(), step.content.sha256);
      case 'attach':
        return attach(slotOf(step.slot), step.content.sha256);
      case 'parts':
        return uploadInParts(step);
      case 'abandon':
        return abandon(step);
      case 'checkpoint':
        return makeCheckpoint(step);
      case 'delete':
        return remove(slotOf(step.slot));
      case 'get':
        return readWhole(target, slotOf(step.slot));
      case 'range':
        return readRange(target, slotOf(step.slot));
      case 'head':
        return readHead(target, slotOf(step.slot));
      case 'client-get':
        return readByClient(client, ledger, slotOf(step.slot), experiment);
      case 'archive': {
        const newest = checkpoints.at(-1);
        return newest && readArchive(target, newest.id, newest.entries);
      }
    }
  };
  return {
    experiment,
    run: async (steps) => {
      for (const step of steps) await carryOut(step);
    },
  };
}
